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

package io.macula.spring.error;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.server.MethodGuard;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.ValidationException;
import jakarta.validation.Validator;
import jakarta.validation.executable.ExecutableValidator;
import jakarta.validation.metadata.ConstraintDescriptor;
import jakarta.validation.metadata.ElementDescriptor;
import jakarta.validation.metadata.MethodDescriptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.validation.annotation.Validated;
import reactor.core.publisher.Flux;

/**
 * Validates arguments and results by the constraints of the contract's methods, and
 * results by those of the bean's, too, whether or not the bean is {@link Validated},
 * whose groups count. Methods without constraints cost nothing. Safe for all threads.
 */
public final class MethodValidation implements MethodGuard.Factory {

	private final Validator validator;

	/**
	 * Validation of methods.
	 * @param validator knows the constraints
	 */
	public MethodValidation(Validator validator) {
		this.validator = validator;
	}

	@Override
	public @Nullable MethodGuard guard(ServiceName service, Object handler, MethodContract contract) {
		Object target = handler;
		for (Object next = handler; next != null; next = AopProxyUtils.getSingletonTarget(next)) {
			target = next;
		}
		Method method = AopUtils.getMostSpecificMethod(contract.method(), target.getClass());
		MethodDescriptor constraints;
		try {
			constraints = this.validator.getConstraintsForClass(target.getClass())
				.getConstraintsForMethod(method.getName(), method.getParameterTypes());
		}
		catch (ValidationException ex) {
			throw refused(contract, String.valueOf(ex.getMessage()), ex);
		}
		boolean ofParameters = constraints != null && ofParameters(constraints);
		boolean ofResult = constraints != null && ofResult(constraints);
		if (!ofParameters && !ofResult) {
			return null;
		}
		refuseUnfit(contract, constraints);
		return new Guard(service.value() + "/" + contract.wireName(), contract, this.validator.forExecutables(), target,
				method, groups(method, target.getClass()), ofParameters, ofResult);
	}

	/** Constraints of elements of containers do not count among those of parameters. */
	private static boolean ofParameters(MethodDescriptor method) {
		return method.hasConstrainedParameters() || method.getParameterDescriptors()
			.stream()
			.anyMatch((parameter) -> !parameter.getConstrainedContainerElementTypes().isEmpty());
	}

	private static boolean ofResult(MethodDescriptor method) {
		return method.hasConstrainedReturnValue()
				|| !method.getReturnValueDescriptor().getConstrainedContainerElementTypes().isEmpty();
	}

	/**
	 * A {@code Flux} of the caller is there before its elements are, and of a
	 * {@code Flux}, {@code Mono} or future each value is validated in its place: a
	 * constraint must have a validator for these.
	 */
	private static void refuseUnfit(MethodContract contract, MethodDescriptor method) {
		if (contract.streamIndex() >= 0) {
			refuseUnfit(contract, method.getParameterDescriptors().get(contract.streamIndex()), Flux.class, "the Flux");
		}
		ReturnShape shape = contract.shape();
		if (shape == ReturnShape.MONO || shape == ReturnShape.FLUX || shape == ReturnShape.FUTURE) {
			refuseUnfit(contract, method.getReturnValueDescriptor(), Object.class, "what comes later");
		}
	}

	private static void refuseUnfit(MethodContract contract, ElementDescriptor element, Class<?> type, String what) {
		for (ConstraintDescriptor<?> constraint : element.getConstraintDescriptors()) {
			if (!accepts(constraint, type)) {
				throw refused(contract, "@" + constraint.getAnnotation().annotationType().getSimpleName()
						+ " cannot be checked of " + what + ".", null);
			}
		}
	}

	private static boolean accepts(ConstraintDescriptor<?> constraint, Class<?> type) {
		List<? extends Class<?>> validators = constraint.getConstraintValidatorClasses();
		return (validators.isEmpty() || validators.stream().anyMatch((validator) -> validated(validator, type)))
				&& constraint.getComposingConstraints().stream().allMatch((each) -> accepts(each, type));
	}

	private static boolean validated(Class<?> validator, Class<?> type) {
		Class<?> known = ResolvableType.forClass(validator).as(ConstraintValidator.class).getGeneric(1).resolve();
		return known == null || known.isAssignableFrom(type);
	}

	private static IllegalArgumentException refused(MethodContract contract, String why, @Nullable Exception cause) {
		return new IllegalArgumentException(
				"the constraints of method " + contract.signature() + " are not valid: " + why
						+ " Those of parameters belong to the interface, and what is inside of a Flux, a"
						+ " Mono or a future cannot have any. Correct them, or set macula.provider.validation=false",
				cause);
	}

	private static Class<?>[] groups(Method method, Class<?> type) {
		Validated onMethod = AnnotationUtils.findAnnotation(method, Validated.class);
		Validated validated = (onMethod != null) ? onMethod : AnnotationUtils.findAnnotation(type, Validated.class);
		return (validated != null) ? validated.value() : new Class<?>[0];
	}

	/**
	 * Validates the calls of one method.
	 */
	private static final class Guard implements MethodGuard {

		private final String procedure;

		private final List<String> parameters;

		private final int streamIndex;

		private final ExecutableValidator validator;

		private final Object target;

		private final Method method;

		private final Class<?>[] groups;

		private final boolean ofParameters;

		private final boolean ofResult;

		Guard(String procedure, MethodContract contract, ExecutableValidator validator, Object target, Method method,
				Class<?>[] groups, boolean ofParameters, boolean ofResult) {
			this.procedure = procedure;
			this.parameters = contract.parameterNames();
			this.streamIndex = contract.streamIndex();
			this.validator = validator;
			this.target = target;
			this.method = method;
			this.groups = groups;
			this.ofParameters = ofParameters;
			this.ofResult = ofResult;
		}

		@Override
		public @Nullable RpcException refuseArguments(@Nullable Object[] arguments) {
			if (!this.ofParameters) {
				return null;
			}
			// Those that the caller left out, since they have defaults in Kotlin, and the
			// continuation of a suspend function are not there.
			Set<ConstraintViolation<Object>> violations = new LinkedHashSet<>(this.validator.validateParameters(
					this.target, this.method, Arrays.copyOf(arguments, this.method.getParameterCount()), this.groups));
			violations.removeIf((violation) -> parameter(violation) >= arguments.length);
			return violations.isEmpty() ? null : Violations.of(violations, this::name).refusal(this.procedure);
		}

		private static int parameter(ConstraintViolation<Object> violation) {
			for (Path.Node node : violation.getPropertyPath()) {
				if (node.getKind() == ElementKind.PARAMETER) {
					return node.as(Path.ParameterNode.class).getParameterIndex();
				}
			}
			return -1;
		}

		/** As the contract names it, since the caller knows that. */
		private String name(Path.ParameterNode parameter) {
			int index = parameter.getParameterIndex();
			if (index == this.streamIndex) {
				return parameter.getName();
			}
			return this.parameters.get((this.streamIndex >= 0 && index > this.streamIndex) ? index - 1 : index);
		}

		@Override
		public @Nullable String refuseResult(@Nullable Object result) {
			if (!this.ofResult) {
				return null;
			}
			Set<ConstraintViolation<Object>> violations = this.validator.validateReturnValue(this.target, this.method,
					result, this.groups);
			return violations.isEmpty() ? null : Violations.of(violations, Path.Node::getName).text();
		}

	}

}
