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

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

class ClientInjectionTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withBean(RecordingProxies.class)
		.withBean(ClientBeanPostProcessor.class);

	@Test
	void aConstructorParameterIsInjected() {
		this.runner.withBean(ByConstructor.class)
			.run((context) -> assertThat(context.getBean(ByConstructor.class).calculator)
				.hasToString("Calculator of test.calculator as test.calculator"));
	}

	@Test
	void aFieldIsInjected() {
		this.runner.withBean(ByField.class)
			.run((context) -> assertThat(context.getBean(ByField.class).calculator)
				.hasToString("Calculator of test.calculator as slow"));
	}

	@Test
	void aSetterIsInjected() {
		this.runner.withBean(BySetter.class).run((context) -> {
			BySetter bean = context.getBean(BySetter.class);
			assertThat(bean.annotatedMethod).hasToString("Calculator of on.method as on.method");
			assertThat(bean.annotatedParameter).hasToString("Calculator of on.parameter as on.parameter");
		});
	}

	@Test
	void aParameterOfABeanMethodIsInjected() {
		this.runner.withUserConfiguration(ByBeanMethod.class)
			.run((context) -> assertThat(context.getBean("described"))
				.isEqualTo("Calculator of test.calculator as test.calculator"));
	}

	@Test
	void aBeanMethodsProductIsInjected() {
		this.runner.withUserConfiguration(ProducesFieldBean.class)
			.run((context) -> assertThat(context.getBean(ByField.class).calculator)
				.hasToString("Calculator of test.calculator as slow"));
	}

	@Test
	void anObjectThatIsNoBeanIsInjected() {
		this.runner.run((context) -> {
			ByField object = new ByField();
			context.getAutowireCapableBeanFactory().autowireBean(object);
			assertThat(object.calculator).hasToString("Calculator of test.calculator as slow");
			assertThat(context.getBean(DeclaredClients.class)
				.clientNames(context.getSourceApplicationContext().getBeanFactory())).containsValue("slow");
		});
	}

	@Test
	void aBeanWhoseClassTheDefinitionHidesIsInjected() {
		this.runner.withUserConfiguration(HidesItsBean.class)
			.run((context) -> assertThat(((ByField) context.getBean("hidden")).calculator)
				.hasToString("Calculator of test.calculator as slow"));
	}

	@Test
	void providersOptionalsAndLazyProxiesAreInjected() {
		this.runner.withBean(Wrapped.class).run((context) -> {
			Wrapped bean = context.getBean(Wrapped.class);
			assertThat(bean.provider.getObject()).hasToString("Calculator of in.provider as in.provider");
			assertThat(bean.optional).hasValueSatisfying(
					(calculator) -> assertThat(calculator).hasToString("Calculator of in.optional as in.optional"));
			assertThat(bean.lazy).hasToString("Calculator of lazy as lazy");
		});
	}

	@Test
	void clientsOfOneContractWithDifferentNamesCoexist() {
		this.runner.withBean(ByField.class).withBean(ByConstructor.class).withBean(BySetter.class).run((context) -> {
			assertThat(context.getBeansOfType(Calculator.class)).hasSize(4);
			assertThat(context.getBean(ByField.class).calculator)
				.isNotSameAs(context.getBean(ByConstructor.class).calculator);
		});
	}

	@Test
	void aQualifierFindsAnImportedClientByItsName() {
		this.runner.withPropertyValues("slow.name=crawling")
			.withUserConfiguration(ImportsThree.class)
			.withBean(Qualified.class)
			.run((context) -> {
				Qualified bean = context.getBean(Qualified.class);
				assertThat(bean.byService).hasToString("Calculator of plain as plain");
				assertThat(bean.byName).hasToString("Calculator of plain as quick");
				assertThat(bean.byPlaceholder.getObject()).hasToString("Calculator of plain as crawling");
				assertThat(bean.byBean).isSameAs(bean.byName);
			});
	}

	@Test
	void aQualifierThatNamesABeanOfTheApplicationFindsThatBean() {
		this.runner.withUserConfiguration(ImportsThree.class)
			.withBean("quick", Calculator.class, () -> new Local())
			.withPropertyValues("slow.name=crawling")
			.withBean(Qualified.class)
			.run((context) -> assertThat(context.getBean(Qualified.class).byName).isInstanceOf(Local.class));
	}

	@Test
	void oneClientIsOneBean() {
		this.runner.withBean(ByConstructor.class).withUserConfiguration(ByBeanMethod.class).run((context) -> {
			assertThat(context.getBeansOfType(Calculator.class)).hasSize(1);
			assertThat(context.getBean(RecordingProxies.class).made).hasSize(1);
		});
	}

	@Test
	void theBeanIsNamedAfterTheClientAndTheContract() {
		this.runner.withBean(ByField.class)
			.run((context) -> assertThat(context).hasBean("maculaClient#slow#io.macula.spring.Calculator"));
	}

	@Test
	void theSameClientWrittenInTwoWaysIsInjectedTwice() {
		this.runner.withBean(ByConstructor.class).withBean(WrittenOut.class).run((context) -> {
			assertThat(context.getBean(WrittenOut.class).calculator)
				.hasToString("Calculator of test.calculator as test.calculator");
			assertThat(context.getBean(ByConstructor.class).calculator)
				.hasToString("Calculator of test.calculator as test.calculator");
		});
	}

	@Test
	void withoutANameTheServiceIsNamedAfterTheContract() {
		this.runner.withBean(Unnamed.class)
			.run((context) -> assertThat(context.getBean(Unnamed.class).calculator)
				.hasToString("Calculator of io.macula.spring.Calculator as io.macula.spring.Calculator"));
	}

	@Test
	void theContractsOwnAnnotationNamesTheService() {
		this.runner.withBean(ByAnnotatedContract.class)
			.run((context) -> assertThat(context.getBean(ByAnnotatedContract.class).calculator)
				.hasToString("NamedCalculator of named.calculator as named"));
	}

	@Test
	void aComposedAnnotationIsInjected() {
		this.runner.withBean(ByComposedAnnotation.class)
			.run((context) -> assertThat(context.getBean(ByComposedAnnotation.class).calculator)
				.hasToString("Calculator of composed as composed"));
	}

	@Test
	void placeholdersInNamesAreResolved() {
		this.runner.withPropertyValues("calculator.service=from.property")
			.withBean(ByPlaceholder.class)
			.run((context) -> assertThat(context.getBean(ByPlaceholder.class).calculator)
				.hasToString("Calculator of from.property as from.property"));
	}

	@Test
	void aLocalBeanWinsAPlainInjectionAndTheClientAQualifiedOne() {
		this.runner.withBean(Local.class).withBean(Both.class).run((context) -> {
			assertThat(context.getBean(Both.class).plain).isInstanceOf(Local.class);
			assertThat(context.getBean(Both.class).remote)
				.hasToString("Calculator of test.calculator as test.calculator");
		});
	}

	@Test
	void aBeanNamedLikeTheServiceIsNotTakenForTheClient() {
		this.runner.withBean("test.calculator", Local.class)
			.withBean(ByConstructor.class)
			.run((context) -> assertThat(context.getBean(ByConstructor.class).calculator)
				.hasToString("Calculator of test.calculator as test.calculator"));
	}

	@Test
	void aGenericSuperclassIsInjectedWithItsActualContract() {
		this.runner.withBean(GenericChild.class)
			.run((context) -> assertThat(context.getBean(GenericChild.class).client)
				.hasToString("Calculator of generic as generic"));
	}

	@Test
	void importedClientsAreOrdinaryBeans() {
		this.runner.withUserConfiguration(Imports.class).withBean(Plain.class).run((context) -> {
			assertThat(context.getBean(Plain.class).calculator).hasToString("Calculator of imported as imported");
			assertThat(context.getBean(NamedCalculator.class))
				.hasToString("NamedCalculator of named.calculator as named");
		});
	}

	@Test
	void packagesAreSearchedForAnnotatedContracts() {
		this.runner.withUserConfiguration(Scans.class)
			.run((context) -> assertThat(context.getBean(NamedCalculator.class))
				.hasToString("NamedCalculator of named.calculator as named"));
	}

	@Test
	void aClassAsContractIsRefused() {
		this.runner.withBean(AsksForAClass.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessageContaining("java.lang.String, which is no interface")
				.hasMessageContaining("AsksForAClass"));
	}

	@Test
	void anInvalidServiceNameIsRefused() {
		this.runner.withBean(InvalidName.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("Service name 'not a name' is not valid"));
	}

	@Test
	void aPlaceholderThatNothingResolvesIsNamed() {
		for (ApplicationContextRunner lenientOrStrict : List.of(this.runner,
				this.runner.withBean(PropertySourcesPlaceholderConfigurer.class))) {
			lenientOrStrict.withBean(ByUnsetPlaceholder.class)
				.run((context) -> assertThat(context).getFailure()
					.satisfies((failure) -> assertThat(analysis(failure).getDescription())
						.isEqualTo("The name '${calculator.service}' of a client of " + Calculator.class.getName()
								+ ", in @MaculaClient or @ImportMaculaClients, refers to ${calculator.service}, which"
								+ " is not set anywhere.")));
		}
	}

	private static FailureAnalysis analysis(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed.analysis();
			}
		}
		throw new AssertionError("Not analyzed", failure);
	}

	@Test
	void anImportWithoutContractsIsRefused() {
		this.runner.withUserConfiguration(ImportsNothing.class)
			.run((context) -> assertThat(context).getFailure().hasMessageContaining("names no contract"));
	}

	@Test
	void withoutAutoConfigurationTheFailureSaysSo() {
		new ApplicationContextRunner().withUserConfiguration(Imports.class)
			.run((context) -> assertThat(context).hasNotFailed());
		new ApplicationContextRunner().withUserConfiguration(Imports.class)
			.withBean(Plain.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("does not join a realm"));
	}

	@Test
	void twoContextsHaveTheirOwnClients() {
		this.runner.withBean(ByConstructor.class)
			.run((one) -> this.runner.withBean(ByConstructor.class)
				.run((other) -> assertThat(one.getBean(ByConstructor.class).calculator)
					.isNotSameAs(other.getBean(ByConstructor.class).calculator)));
	}

	static class ByConstructor {

		final Calculator calculator;

		ByConstructor(@MaculaClient("test.calculator") Calculator calculator) {
			this.calculator = calculator;
		}

	}

	static class WrittenOut {

		final Calculator calculator;

		WrittenOut(@MaculaClient(service = "test.calculator", name = "test.calculator") Calculator calculator) {
			this.calculator = calculator;
		}

	}

	static class ByField {

		@MaculaClient(service = "test.calculator", name = "slow")
		Calculator calculator;

	}

	static class BySetter {

		Calculator annotatedMethod;

		Calculator annotatedParameter;

		@MaculaClient("on.method")
		void setOne(Calculator calculator) {
			this.annotatedMethod = calculator;
		}

		@Autowired
		void setOther(@MaculaClient("on.parameter") Calculator calculator) {
			this.annotatedParameter = calculator;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByBeanMethod {

		@Bean
		String described(@MaculaClient("test.calculator") Calculator calculator) {
			return calculator.toString();
		}

	}

	@Configuration
	static class ProducesFieldBean {

		@Bean
		ByField byField() {
			return new ByField();
		}

	}

	@Configuration
	static class HidesItsBean {

		@Bean
		Object hidden() {
			return new ByField();
		}

	}

	static class Wrapped {

		@MaculaClient("in.provider")
		ObjectProvider<Calculator> provider;

		@MaculaClient("in.optional")
		Optional<Calculator> optional;

		@Lazy
		@MaculaClient("lazy")
		Calculator lazy;

	}

	static class Unnamed {

		@MaculaClient
		Calculator calculator;

	}

	@MaculaClient(service = "named.calculator", name = "named")
	interface NamedCalculator extends Calculator {

	}

	static class ByAnnotatedContract {

		@MaculaClient
		NamedCalculator calculator;

	}

	@MaculaClient("composed")
	@Retention(RetentionPolicy.RUNTIME)
	@Target({ ElementType.FIELD, ElementType.PARAMETER })
	@interface ComposedClient {

	}

	static class ByComposedAnnotation {

		final Calculator calculator;

		ByComposedAnnotation(@ComposedClient Calculator calculator) {
			this.calculator = calculator;
		}

	}

	static class ByPlaceholder {

		@MaculaClient("${calculator.service}")
		Calculator calculator;

		@Value("${calculator.service}")
		String service;

	}

	static class Local implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	static class Both {

		final Calculator plain;

		final Calculator remote;

		Both(Calculator plain, @MaculaClient("test.calculator") Calculator remote) {
			this.plain = plain;
			this.remote = remote;
		}

	}

	static class GenericParent<C> {

		@MaculaClient("generic")
		C client;

	}

	static class GenericChild extends GenericParent<Calculator> {

	}

	@Configuration
	@ImportMaculaClients(types = Calculator.class, service = "imported")
	@ImportMaculaClients(NamedCalculator.class)
	static class Imports {

	}

	@Configuration
	@ImportMaculaClients(basePackages = "io.macula.spring")
	static class Scans {

	}

	@Configuration
	@ImportMaculaClients
	static class ImportsNothing {

	}

	static class Plain {

		final Calculator calculator;

		Plain(@org.springframework.beans.factory.annotation.Qualifier("maculaClient#imported#io.macula.spring.Calculator") Calculator calculator) {
			this.calculator = calculator;
		}

	}

	static class AsksForAClass {

		@MaculaClient("text")
		String text;

	}

	static class ByUnsetPlaceholder {

		@MaculaClient("${calculator.service}")
		Calculator calculator;

	}

	static class InvalidName {

		@MaculaClient("not a name")
		Calculator calculator;

	}

	@Configuration(proxyBeanMethods = false)
	@ImportMaculaClients(types = Calculator.class, service = "plain")
	@ImportMaculaClients(types = Calculator.class, service = "plain", name = "quick")
	@ImportMaculaClients(types = Calculator.class, service = "plain", name = "${slow.name}")
	static class ImportsThree {

	}

	static class Qualified {

		private final Calculator byService;

		private final Calculator byName;

		private final ObjectProvider<Calculator> byPlaceholder;

		@Autowired
		@Qualifier("maculaClient#quick#io.macula.spring.Calculator")
		private Calculator byBean;

		Qualified(@Qualifier("plain") Calculator byService, @Qualifier("quick") Calculator byName,
				@Qualifier("crawling") ObjectProvider<Calculator> byPlaceholder) {
			this.byService = byService;
			this.byName = byName;
			this.byPlaceholder = byPlaceholder;
		}

	}

}
