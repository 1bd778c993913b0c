/*
 * Copyright 2026 the Macula for Spring authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.macula.sample.client;

import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.OutOfRangeException;
import io.macula.sample.Question;
import io.macula.spring.MaculaClient;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The calculator over HTTP: what a page of the client asks, one of the providers answers.
 */
@RestController
class CalculatorController {

	private final Calculator calculator;

	CalculatorController(@MaculaClient("test.calculator") Calculator calculator) {
		this.calculator = calculator;
	}

	@GetMapping("/multiply")
	Answer multiply(@RequestParam long x) {
		return this.calculator.multiply(new Question(0, x));
	}

	@GetMapping("/table")
	Flux<Answer> table(@RequestParam long x, @RequestParam(defaultValue = "10") int rows) {
		return this.calculator.table(new Question(0, x), rows);
	}

	@PostMapping("/add")
	Answer add(@RequestParam long x) throws OutOfRangeException {
		return this.calculator.add(new Question(0, x));
	}

	@ExceptionHandler
	ProblemDetail outOfRange(OutOfRangeException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
	}

}
