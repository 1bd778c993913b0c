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

package io.macula.spring.autoconfigure;

import io.macula.RpcException;
import io.macula.spring.MaculaClient;
import io.macula.spring.autoconfigure.Applications.Echo;
import io.macula.spring.autoconfigure.Applications.Empty;
import jakarta.annotation.PreDestroy;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Calls until a call fails, in the manner that its first argument says. */
@Configuration(proxyBeanMethods = false)
@Import(Empty.class)
public class CallingForEver {

	private static String manner;

	@MaculaClient("test.echo")
	private Echo echo;

	private final Thread thread = new Thread(this::callUntilFailure, "calling");

	public static void main(String[] args) throws Exception {
		manner = args[0];
		SpringApplication application = new SpringApplication(CallingForEver.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		ConfigurableApplicationContext context = application.run(args);
		CallingForEver bean = context.getBean(CallingForEver.class);
		System.out.println(bean.echo.echo("first"));
		bean.thread.setDaemon(false);
		bean.thread.start();
		if (manner.equals("main closes")) {
			context.close();
		}
	}

	private void callUntilFailure() {
		try {
			while (true) {
				this.echo.echo("again");
			}
		}
		catch (RpcException ex) {
			System.out.println("ended: " + ex.getMessage());
		}
	}

	@PreDestroy
	void end() throws InterruptedException {
		if (manner.equals("bean calls")) {
			callUntilFailure();
		}
		if (manner.equals("bean joins")) {
			this.thread.join();
		}
	}

}
