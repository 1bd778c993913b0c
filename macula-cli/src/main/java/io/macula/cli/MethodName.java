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
package io.macula.cli;

import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import org.jspecify.annotations.Nullable;

/**
 * {@code SERVICE/METHOD} as it was typed.
 *
 * @param service name of the service
 * @param method name of the method on the wire, or {@code null} if none was typed
 */
record MethodName(String service, @Nullable String method) {

	static MethodName parse(String typed) {
		int slash = typed.indexOf('/');
		String service = (slash < 0) ? typed : typed.substring(0, slash);
		String method = (slash < 0) ? null : typed.substring(slash + 1);
		if (service.isBlank() || (method != null && method.isBlank())) {
			throw CommandException.usage("'" + Printable.text(typed) + "' is not valid: expected SERVICE/METHOD");
		}
		return new MethodName(service, method);
	}

	/** With a method. */
	static MethodName parseWhole(String typed) {
		MethodName name = parse(typed);
		if (name.method == null) {
			throw CommandException.usage("'" + Printable.text(typed) + "' names no method: expected SERVICE/METHOD;"
					+ " 'macula describe " + Printable.text(typed) + "' lists the methods");
		}
		return name;
	}

	/**
	 * The method in a description.
	 * @throws CommandException if there is none; names the nearest
	 */
	MethodDescription in(ServiceDescription contract) {
		String wanted = String.valueOf(this.method);
		return contract.methods()
			.stream()
			.filter((each) -> each.name().equals(wanted))
			.findFirst()
			.orElseThrow(() -> CommandException
				.notFound("Service '" + this.service + "' has no method '" + Printable.text(wanted) + "': "
						+ NearestName.question(wanted,
								contract.methods().stream().map(MethodDescription::name).toList())
						+ "'macula describe " + this.service + "' lists them"));
	}

}
