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

package io.macula.multinode;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The realm of the scenarios where only their clients are: each of its methods is asked
 * of the runner, which has the providers. A question is one line of the standard output
 * with a mark before it, its answer the next line of the standard input. For one thread.
 */
final class RemoteRealm {

	/** Begins a line that is a question. */
	static final String QUESTION = "@realm ";

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Supplier<String> in;

	private final PrintStream out;

	private RemoteRealm(Supplier<String> in, PrintStream out) {
		this.in = in;
		this.out = out;
	}

	/**
	 * A realm.
	 * @param in waits for a line of the runner
	 * @param out where questions go
	 * @return the realm, whose methods throw {@link IllegalStateException} with the
	 * runner's message if the runner could not do what was asked
	 */
	static Realm of(Supplier<String> in, PrintStream out) {
		RemoteRealm remote = new RemoteRealm(in, out);
		return (Realm) Proxy.newProxyInstance(Realm.class.getClassLoader(), new Class<?>[] { Realm.class },
				(proxy, method, arguments) -> remote.ask(method, arguments));
	}

	private @Nullable Object ask(Method method, Object @Nullable [] arguments) {
		if (method.getDeclaringClass() != Realm.class) {
			throw new UnsupportedOperationException(method.getName() + " cannot be asked of a realm");
		}
		Question question = new Question(method.getName(), (arguments != null) ? List.of(arguments) : List.of());
		this.out.println(QUESTION + JSON.writeValueAsString(question));
		Answer answer = JSON.readValue(this.in.get(), Answer.class);
		if (answer.failure() != null) {
			throw new IllegalStateException(answer.failure());
		}
		return (answer.result() != null)
				? JSON.convertValue(answer.result(), JSON.constructType(method.getGenericReturnType())) : null;
	}

	/**
	 * Do what a question asks.
	 * @param realm who is asked
	 * @param question the line, without its mark
	 * @return the line of the answer
	 */
	static String answer(Realm realm, String question) {
		return JSON.writeValueAsString(answer(realm, JSON.readValue(question, Question.class)));
	}

	private static Answer answer(Realm realm, Question question) {
		try {
			Method method = method(question);
			Object[] arguments = new Object[question.arguments().size()];
			for (int i = 0; i < arguments.length; i++) {
				arguments[i] = JSON.convertValue(question.arguments().get(i),
						JSON.constructType(method.getGenericParameterTypes()[i]));
			}
			return new Answer(method.invoke(realm, arguments), null);
		}
		catch (ReflectiveOperationException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			return new Answer(null, String.valueOf(cause.getMessage()));
		}
	}

	private static Method method(Question question) throws NoSuchMethodException {
		for (Method method : Realm.class.getMethods()) {
			if (method.getName().equals(question.method())
					&& method.getParameterCount() == question.arguments().size()) {
				return method;
			}
		}
		throw new NoSuchMethodException("A realm cannot be asked '" + question.method() + "'");
	}

	/**
	 * What is asked. Immutable.
	 *
	 * @param method name of a method of {@link Realm}
	 * @param arguments its arguments
	 */
	record Question(String method, List<Object> arguments) {

	}

	/**
	 * What is answered. Immutable.
	 *
	 * @param result what the method returned, or {@code null}
	 * @param failure why it failed, or {@code null}
	 */
	record Answer(@Nullable Object result, @Nullable String failure) {

	}

}
