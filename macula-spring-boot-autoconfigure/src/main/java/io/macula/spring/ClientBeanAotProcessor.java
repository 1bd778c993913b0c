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

package io.macula.spring;

import java.util.function.Predicate;

import javax.lang.model.element.Modifier;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.generate.GeneratedMethod;
import org.springframework.aot.generate.GenerationContext;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationCode;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragments;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragmentsDecorator;
import org.springframework.beans.factory.support.InstanceSupplier;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.javapoet.ClassName;
import org.springframework.javapoet.CodeBlock;

/**
 * Writes the bean definitions of clients as code, and the hints that their contracts
 * need.
 */
final class ClientBeanAotProcessor implements BeanRegistrationAotProcessor {

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		ClientReference client = ClientBeanDefinitions.reference(registeredBean.getMergedBeanDefinition(),
				registeredBean.getBeanClass());
		if (client == null) {
			return null;
		}
		return BeanRegistrationAotContribution.withCustomCodeFragments((fragments) -> new Fragments(fragments, client));
	}

	private static final class Fragments extends BeanRegistrationCodeFragmentsDecorator {

		private final ClientReference client;

		Fragments(BeanRegistrationCodeFragments delegate, ClientReference client) {
			super(delegate);
			this.client = client;
		}

		@Override
		public ClassName getTarget(RegisteredBean registeredBean) {
			// The contract may be visible in its own package only.
			return ClassName.get(this.client.contract());
		}

		@Override
		public CodeBlock generateSetBeanDefinitionPropertiesCode(GenerationContext generationContext,
				BeanRegistrationCode beanRegistrationCode, RootBeanDefinition beanDefinition,
				Predicate<String> attributeFilter) {
			RootBeanDefinition plain = new RootBeanDefinition(this.client.contract());
			plain.setLazyInit(true);
			CodeBlock.Builder code = CodeBlock.builder();
			code.add(super.generateSetBeanDefinitionPropertiesCode(generationContext, beanRegistrationCode, plain,
					attributeFilter));
			code.addStatement("$L.setDestroyMethodName($S)", BEAN_DEFINITION_VARIABLE, "");
			code.addStatement("$T.describe($L, $T.class, $S, $S, $S)", ClientBeanDefinitions.class,
					BEAN_DEFINITION_VARIABLE, this.client.contract(), this.client.service(), this.client.name(),
					this.client.fallback().getName());
			return code.build();
		}

		@Override
		public CodeBlock generateInstanceSupplierCode(GenerationContext generationContext,
				BeanRegistrationCode beanRegistrationCode, boolean allowDirectSupplierShortcut) {
			registerHints(generationContext);
			GeneratedMethod method = beanRegistrationCode.getMethods().add("getClient", (builder) -> {
				builder.addModifiers(Modifier.PRIVATE, Modifier.STATIC);
				builder.addParameter(RegisteredBean.class, "registeredBean");
				builder.returns(Object.class);
				builder.addStatement("return $T.proxy(registeredBean, $T.class, $S, $S, $S)",
						ClientBeanDefinitions.class, this.client.contract(), this.client.service(), this.client.name(),
						this.client.fallback().getName());
			});
			return CodeBlock.of("$T.of($L)", InstanceSupplier.class, method.toMethodReference().toCodeBlock());
		}

		private void registerHints(GenerationContext context) {
			context.getRuntimeHints().proxies().registerJdkProxy(this.client.contract());
			ContractHints.register(context.getRuntimeHints(), this.client.contract());
			if (void.class != this.client.fallback()) {
				context.getRuntimeHints().reflection().registerType(this.client.fallback());
			}
		}

	}

}
