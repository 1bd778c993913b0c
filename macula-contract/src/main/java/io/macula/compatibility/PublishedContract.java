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

package io.macula.compatibility;

import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.codec.CodedType;
import io.macula.codec.CodedTypes;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.contract.ServiceContract;

/**
 * A contract as its peers see it: the methods by their names on the wire, and what of
 * their types travels. Immutable. Its text is what is committed; reading it gives an
 * equal contract.
 *
 * @param name name of the interface; it travels only where it is the name of the service
 * @param methods sorted by name
 * @param types what the names in the methods and in other types stand for; sorted
 */
public record PublishedContract(String name, List<PublishedMethod> methods, Map<String, CodedType> types) {

	/** Keeps copies. */
	public PublishedContract {
		methods = List.copyOf(methods);
		types = new TreeMap<>(types);
	}

	/**
	 * The contract of an interface, coded as by default.
	 * @param contract a plain interface
	 * @return the contract
	 * @throws IllegalArgumentException if the interface is no valid contract; the message
	 * names interface, method, place in the type and the remedy
	 */
	public static PublishedContract of(Class<?> contract) {
		return of(contract, JacksonPayloadCodec.cbor());
	}

	/**
	 * The contract of an interface.
	 * @param contract a plain interface
	 * @param codec codes its values
	 * @return the contract
	 * @throws IllegalArgumentException as {@link #of(Class)}
	 */
	public static PublishedContract of(Class<?> contract, JacksonPayloadCodec codec) {
		CodedTypes types = codec.types();
		List<PublishedMethod> methods = new ArrayList<>();
		for (MethodContract method : ServiceContract.of(contract).methods()) {
			List<PublishedParameter> parameters = parameters(method, types);
			String result = types.add(method.resultType(), "The result of " + method.signature());
			methods.add(new PublishedMethod(method.wireName(), parameters,
					(method.shape() == ReturnShape.OPTIONAL) ? "Optional<" + result + ">" : result,
					method.shape() == ReturnShape.FLUX, method.idempotent(),
					method.exceptions().stream().map(types::addException).sorted().toList()));
		}
		return new PublishedContract(contract.getName(), methods, types.definitions());
	}

	private static List<PublishedParameter> parameters(MethodContract method, CodedTypes types) {
		List<PublishedParameter> parameters = new ArrayList<>();
		int value = 0;
		Parameter[] declared = method.method().getParameters();
		// The continuation of a suspend function is its caller's own affair.
		int count = declared.length - (method.suspending() ? 1 : 0);
		for (Parameter parameter : Arrays.asList(declared).subList(0, count)) {
			// Two texts that change places are the worst that can happen to a call.
			if (!parameter.isNamePresent()) {
				throw new IllegalArgumentException("Method " + method.signature() + " of contract "
						+ method.method().getDeclaringClass().getName()
						+ " has no names of parameters, without which nobody notices when two of them change places; compile it with -parameters (in Maven the property maven.compiler.parameters=true; in Kotlin -java-parameters)");
			}
			boolean stream = parameters.size() == method.streamIndex() && method.streamType() != null;
			String place = "Argument " + parameters.size() + " (" + parameter.getName() + ") of " + method.signature();
			String type = (stream && method.streamType() != null) ? types.add(method.streamType(), place)
					: types.add(method.parameterTypes().get(value++), place);
			parameters.add(new PublishedParameter(parameter.getName(), type, stream));
		}
		return parameters;
	}

	/**
	 * Read a text.
	 * @param text as {@link #text()} gives it
	 * @param source where it comes from, for messages
	 * @return the contract
	 * @throws IllegalArgumentException if it is no such text; the message names source
	 * and line
	 */
	public static PublishedContract parse(String text, String source) {
		return new ContractReader(text, source).read();
	}

	/**
	 * The contract for people and for {@link #parse}.
	 * @return lines that are the same for equal contracts
	 */
	public String text() {
		return new ContractWriter(this).write();
	}

}
