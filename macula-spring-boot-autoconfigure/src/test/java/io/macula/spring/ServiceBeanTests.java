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
import java.util.List;

import io.macula.MaculaMethod;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestScope;

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
	void oneObjectProvidesSeveralContractsAsSeveralBeans() {
		this.runner.withUserConfiguration(Both.class).run((context) -> {
			assertThat(ServiceBean.find(context.getSourceApplicationContext().getBeanFactory())).containsExactly(
					new ServiceBean("both.calculator", Calculator.class, "both"),
					new ServiceBean("both.other", Other.class, "other"));
			assertThat(context.getBean("other")).isSameAs(context.getBean("both"));
		});
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

	@Test
	void aMethodThatNoCallerReachesIsRefusedThroughEveryProxy() {
		for (boolean cglib : new boolean[] { true, false }) {
			this.runner.withBean("pricing", Overriding.class).withBean(DefaultAdvisorAutoProxyCreator.class, () -> {
				DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
				creator.setProxyTargetClass(cglib);
				return creator;
			})
				.withBean(DefaultPointcutAdvisor.class, ServiceBeanTests::advisor)
				.run((context) -> assertThatExceptionOfType(FailureAnalyzedException.class)
					.isThrownBy(() -> find(context.getSourceApplicationContext()))
					.withMessageContaining("'pricing'")
					.withMessageContaining(Overriding.class.getName() + " overrides the default method one(String)"));
		}
	}

	@Test
	void anAnnotationThatNobodyReadsIsRefusedThroughEveryProxy() {
		for (boolean cglib : new boolean[] { true, false }) {
			this.runner.withBean("pricing", Annotating.class).withBean(DefaultAdvisorAutoProxyCreator.class, () -> {
				DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
				creator.setProxyTargetClass(cglib);
				return creator;
			})
				.withBean(DefaultPointcutAdvisor.class, ServiceBeanTests::advisor)
				.run((context) -> assertRefused(() -> find(context.getSourceApplicationContext()),
						"The @MaculaService bean 'pricing' is not valid: " + Annotating.class.getName()
								+ ".all(List) has a @MaculaMethod that nobody reads: it belongs on the method of the"
								+ " contract " + Prices.class.getName() + ".",
						"Move @MaculaMethod to the interface, or remove it."));
		}
	}

	private static DefaultPointcutAdvisor advisor() {
		return new DefaultPointcutAdvisor(AnnotationMatchingPointcut.forClassAnnotation(MaculaService.class),
				(org.aopalliance.intercept.MethodInterceptor) (invocation) -> invocation.proceed());
	}

	@Test
	void aScopedBeanIsProvidedByTheProxyThatItsCallersSee() {
		for (Class<?> configuration : new Class<?>[] { ScopedInterfaces.class, ScopedClass.class,
				ScopedByMethod.class }) {
			this.runner.withInitializer(ServiceBeanTests::threadScope)
				.withUserConfiguration(configuration)
				.run((context) -> {
					assertThat(ServiceBean.find(context.getSourceApplicationContext().getBeanFactory()))
						.containsExactly(new ServiceBean("scoped", Calculator.class, "scoped"));
					assertThat(context.getBean("scoped", Calculator.class).multiply(6, 7)).isEqualTo(42);
				});
		}
	}

	private static void threadScope(org.springframework.context.ConfigurableApplicationContext context) {
		context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
	}

	@Test
	void aBeanThatLivesInWebRequestsIsRefused() {
		this.runner.withInitializer((context) -> context.getBeanFactory().registerScope("request", new RequestScope()))
			.withUserConfiguration(InRequests.class)
			.run((context) -> assertRefused(() -> find(context.getSourceApplicationContext()),
					"The @MaculaService bean 'inRequests' is of scope 'request'", "Make it a singleton"));
	}

	@Test
	void aBeanWhoseDefinitionHidesTheAnnotationIsRefused() {
		this.runner.withUserConfiguration(Hiding.class).run((context) -> {
			ConfigurableListableBeanFactory beanFactory = context.getSourceApplicationContext().getBeanFactory();
			assertRefused(() -> ServiceBean.refuseUnseen(beanFactory, List.of()),
					"The bean 'hidden' of " + One.class.getName() + " is annotated with @MaculaService, but",
					"Put @MaculaService on its @Bean method, or declare its class as the return type");
		});
	}

	@Test
	void beansThatAreKnownAreNotRefused() {
		this.runner.withBean("one", One.class).withUserConfiguration(ByMethod.class).run((context) -> {
			ConfigurableListableBeanFactory beanFactory = context.getSourceApplicationContext().getBeanFactory();
			ServiceBean.refuseUnseen(beanFactory, ServiceBean.find(beanFactory));
		});
	}

	@Test
	void theClientOfAnAnnotatedContractProvidesNothing() {
		this.runner.withBean(RecordingProxies.class)
			.withBean(ClientBeanPostProcessor.class)
			.withBean("provider", ProvidesAnnotated.class)
			.withBean(CallsAnnotated.class)
			.run((context) -> {
				ConfigurableListableBeanFactory beanFactory = context.getSourceApplicationContext().getBeanFactory();
				assertThat(ServiceBean.find(beanFactory))
					.containsExactly(new ServiceBean("annotated", AnnotatedContract.class, "provider"));
				context.getBean(CallsAnnotated.class);
				ServiceBean.refuseUnseen(beanFactory, ServiceBean.find(beanFactory));
			});
	}

	@Test
	void aPlaceholderInANameIsResolvedOrNamed() {
		this.runner.withPropertyValues("service.name=from.property")
			.withBean("named", NamedByProperty.class)
			.run((context) -> assertThat(find(context.getSourceApplicationContext()).service())
				.isEqualTo("from.property"));
		for (ApplicationContextRunner lenientOrStrict : List.of(this.runner,
				this.runner.withBean(PropertySourcesPlaceholderConfigurer.class))) {
			lenientOrStrict.withBean("named", NamedByProperty.class)
				.run((context) -> assertRefused(() -> find(context.getSourceApplicationContext()),
						"The name of the service that the bean 'named' provides refers to ${service.name}, which is"
								+ " not set anywhere.",
						"Set service.name as a property"));
		}
	}

	@Test
	void namesAreNotResolvedAheadOfTime() {
		this.runner.withBean("named", NamedByProperty.class)
			.run((context) -> assertThat(new ServiceBeanAotProcessor()
				.processAheadOfTime(context.getSourceApplicationContext().getBeanFactory())).isNotNull());
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
			.run((context) -> assertRefused(() -> find(context.getSourceApplicationContext()), description, action));
	}

	private static void assertRefused(ThrowingCallable call, String description, String action) {
		assertThatExceptionOfType(FailureAnalyzedException.class).isThrownBy(call).satisfies((ex) -> {
			assertThat(ex.analysis().getDescription()).contains(description);
			assertThat(ex.analysis().getAction()).contains(action);
		});
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

	@Configuration(proxyBeanMethods = false)
	static class Both {

		@Bean
		@MaculaService(service = "both.calculator", contract = Calculator.class)
		Unannotated both() {
			return new Unannotated();
		}

		@Bean
		@MaculaService(service = "both.other", contract = Other.class)
		Other other(Unannotated both) {
			return both;
		}

	}

	static class Unannotated implements Calculator, Other {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

		@Override
		public void other() {
		}

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

	@Configuration
	@ComponentScan(basePackageClasses = ServiceBeanTests.class, useDefaultFilters = false,
			includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE, classes = ScopedService.class))
	static class ScopedInterfaces {

	}

	@MaculaService("scoped")
	@Component("scoped")
	@Scope(value = "thread", proxyMode = ScopedProxyMode.INTERFACES)
	static class ScopedService implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	@Configuration
	@ComponentScan(basePackageClasses = ServiceBeanTests.class, useDefaultFilters = false,
			includeFilters = @ComponentScan.Filter(type = FilterType.ASSIGNABLE_TYPE, classes = ScopedOfClass.class))
	static class ScopedClass {

	}

	@MaculaService("scoped")
	@Component("scoped")
	@Scope(value = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class ScopedOfClass extends One {

		private static final long serialVersionUID = 1L;

	}

	@Configuration
	static class ScopedByMethod {

		@Bean
		@MaculaService("scoped")
		@Scope(value = "thread", proxyMode = ScopedProxyMode.INTERFACES)
		Calculator scoped() {
			return (one, other) -> one * other;
		}

	}

	@Configuration
	static class InRequests {

		@Bean
		@MaculaService("in.requests")
		@Scope(value = "request", proxyMode = ScopedProxyMode.INTERFACES)
		Calculator inRequests() {
			return (one, other) -> one * other;
		}

	}

	@Configuration
	static class Hiding {

		@Bean
		Calculator hidden() {
			return new One();
		}

	}

	@MaculaService("annotated")
	interface AnnotatedContract {

		String answer();

	}

	static class ProvidesAnnotated implements AnnotatedContract {

		@Override
		public String answer() {
			return "yes";
		}

	}

	static class CallsAnnotated {

		@MaculaClient("annotated")
		AnnotatedContract client;

	}

	@MaculaService("${service.name}")
	static class NamedByProperty implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	interface Prices {

		int all(List<String> names);

		default int one(String name) {
			return all(List.of(name));
		}

	}

	@MaculaService
	static class Overriding implements Prices {

		@Override
		public int all(List<String> names) {
			return 1;
		}

		@Override
		public int one(String name) {
			return 2;
		}

	}

	@MaculaService
	static class Annotating implements Prices {

		@Override
		@MaculaMethod(idempotent = true)
		public int all(List<String> names) {
			return 1;
		}

	}

}
