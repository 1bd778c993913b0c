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

import java.io.Serializable;

import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ServiceBeanTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner();

	@Test
	void theOnlyInterfaceOfTheApplicationIsTheContract() {
		this.runner.withBean("one", One.class)
			.run((context) -> assertThat(ServiceBean.find(context.getSourceApplicationContext().getBeanFactory()))
				.containsExactly(new ServiceBean("test.calculator", Calculator.class, "one")));
	}

	@Test
	void theServiceNameIsNotTheBeanName() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(One.class)) {
			assertThat(context.containsBean("test.calculator")).isFalse();
			assertThat(ServiceBean.find(context.getBeanFactory())).hasSize(1);
		}
	}

	@Test
	void theMostSpecificInterfaceIsTheContract() {
		this.runner.withBean(Specific.class)
			.run((context) -> assertThat(find(context.getSourceApplicationContext())).isEqualTo(new ServiceBean(
					Scientific.class.getName(), Scientific.class, context.getBeanNamesForType(Specific.class)[0])));
	}

	@Test
	void aNamedContractIsTaken() {
		this.runner.withBean("two", TwoNamed.class)
			.run((context) -> assertThat(find(context.getSourceApplicationContext()))
				.isEqualTo(new ServiceBean("two", Calculator.class, "two")));
	}

	@Test
	void aBeanMethodProvidesItsReturnType() {
		this.runner.withUserConfiguration(ByMethod.class)
			.run((context) -> assertThat(find(context.getSourceApplicationContext()))
				.isEqualTo(new ServiceBean("by.method", Calculator.class, "calculator")));
	}

	@Test
	void aProxiedBeanIsFound() {
		for (boolean cglib : new boolean[] { false, true }) {
			this.runner.withBean(One.class).withBean(DefaultAdvisorAutoProxyCreator.class, () -> {
				DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
				creator.setProxyTargetClass(cglib);
				return creator;
			}).withBean(DefaultPointcutAdvisor.class, ServiceBeanTests::advisor).run((context) -> {
				ServiceBean service = find(context.getSourceApplicationContext());
				assertThat(service.contract()).isEqualTo(Calculator.class);
				assertThat(org.springframework.aop.support.AopUtils.isAopProxy(context.getBean(service.beanName())))
					.isTrue();
				assertThat(context.getBean(service.beanName())).isInstanceOf(Calculator.class);
			});
		}
	}

	private static DefaultPointcutAdvisor advisor() {
		return new DefaultPointcutAdvisor(AnnotationMatchingPointcut.forClassAnnotation(MaculaService.class),
				(org.aopalliance.intercept.MethodInterceptor) (invocation) -> invocation.proceed());
	}

	@Test
	void severalInterfacesAreRefused() {
		refused(Two.class, "implements several interfaces", "@MaculaService(contract = ...)");
	}

	@Test
	void noInterfaceIsRefused() {
		refused(None.class, "implements no interface of the application", "interface that its clients call");
	}

	@Test
	void aForeignContractIsRefused() {
		refused(Foreign.class, "which is no interface of", "Name an interface that the bean implements");
	}

	@Test
	void aNameThatNoServiceCanHaveIsRefused() {
		refused(Misnamed.class, "Service name 'not a name' is not valid", "Correct the name");
	}

	@Test
	void twoBeansOfOneServiceAreRefused() {
		this.runner.withBean("one", One.class)
			.withBean("another", One.class)
			.run((context) -> assertThatExceptionOfType(RuntimeException.class)
				.isThrownBy(() -> find(context.getSourceApplicationContext()))
				.withMessageContaining("provided by two beans: 'one' and 'another'"));
	}

	private void refused(Class<?> type, String description, String action) {
		this.runner.withBean("service", type)
			.run((context) -> assertThatExceptionOfType(
					org.springframework.boot.diagnostics.FailureAnalyzedException.class)
				.isThrownBy(() -> find(context.getSourceApplicationContext()))
				.satisfies((ex) -> {
					assertThat(ex.analysis().getDescription()).contains(description);
					assertThat(ex.analysis().getAction()).contains(action);
				}));
	}

	private static ServiceBean find(org.springframework.context.ConfigurableApplicationContext context) {
		return ServiceBean.find(context.getBeanFactory()).get(0);
	}

	interface Scientific extends Calculator {

	}

	interface Other {

		void other();

	}

	interface Marker {

	}

	@MaculaService("test.calculator")
	static class One implements Calculator, Marker, Serializable, InitializingBean, Comparable<One> {

		private static final long serialVersionUID = 1L;

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

		@Override
		public void afterPropertiesSet() {
		}

		@Override
		public int compareTo(One other) {
			return 0;
		}

	}

	@MaculaService
	static class Specific implements Scientific {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	@MaculaService("two")
	static class Two implements Calculator, Other {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

		@Override
		public void other() {
		}

	}

	@MaculaService(service = "two", contract = Calculator.class)
	static class TwoNamed extends Two {

	}

	@MaculaService("none")
	static class None implements Marker {

	}

	@MaculaService(service = "foreign", contract = Runnable.class)
	static class Foreign implements Marker {

	}

	@MaculaService("not a name")
	static class Misnamed implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	@Configuration
	static class ByMethod {

		@Bean
		@MaculaService("by.method")
		Calculator calculator() {
			return (one, other) -> one * other;
		}

	}

}
