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

package io.macula.spring.actuate;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.rmi.server.RemoteServer;
import java.rmi.server.ServerNotActiveException;
import java.security.Principal;

import javax.security.auth.Subject;

import org.jspecify.annotations.Nullable;

/**
 * Who invokes an operation through JMX on the present thread. Spring Boot tells nothing
 * of it; a connector that authenticates runs operations as a {@link Subject}.
 */
final class JmxOperator {

	/** {@code Subject.current()} from Java 18 on, {@code null} before. */
	private static final @Nullable MethodHandle CURRENT = currentSubject();

	private JmxOperator() {
	}

	private static @Nullable MethodHandle currentSubject() {
		try {
			return MethodHandles.publicLookup()
				.findStatic(Subject.class, "current", MethodType.methodType(Subject.class));
		}
		catch (NoSuchMethodException | IllegalAccessException ex) {
			return null;
		}
	}

	/**
	 * For people.
	 * @return such as {@code alice (JMX from 10.0.0.1)}; what is not known is left out
	 */
	static String text() {
		String host = host();
		String way = "JMX" + ((host != null) ? " from " + host : "");
		String name = name();
		return (name != null) ? name + " (" + way + ")" : "by " + way;
	}

	private static @Nullable String name() {
		Subject subject = subject();
		return (subject == null) ? null
				: subject.getPrincipals().stream().map(Principal::getName).findFirst().orElse(null);
	}

	@SuppressWarnings("removal")
	private static @Nullable Subject subject() {
		MethodHandle current = CURRENT;
		if (current == null) {
			return Subject.getSubject(java.security.AccessController.getContext());
		}
		try {
			return (Subject) current.invokeExact();
		}
		catch (Throwable ex) {
			// An act must not fail for want of a name.
			return null;
		}
	}

	/** Where the client of an RMI connector is. */
	private static @Nullable String host() {
		try {
			return RemoteServer.getClientHost();
		}
		catch (ServerNotActiveException ex) {
			return null;
		}
	}

}
