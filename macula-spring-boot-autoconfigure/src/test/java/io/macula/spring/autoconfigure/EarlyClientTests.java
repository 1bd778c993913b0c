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

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.client.ErrorMapper;
import io.macula.client.RealmClient;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.interceptor.ServerInterceptor;
import io.macula.node.RealmNode;
import io.macula.selection.SelectionStrategies;
import io.macula.selection.SelectionStrategy;
import io.macula.server.ExceptionMapper;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaFallback;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.Applications.Echo;
import io.macula.spring.autoconfigure.Applications.EchoBean;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Clients of classes that the node is made with: an interceptor, a strategy, a mapper.
 * Over real QUIC on the loopback interface.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class EarlyClientTests {

	private final Applications applications = new Applications();

	@AfterEach
	void close() {
		this.applications.close();
	}

	@Test
	void oneClassMayHaveAClientAndAllThatTheNodeIsMadeWith() {
		ConfigurableApplicationContext application = this.applications.run(Whole.class,
				"macula.client.selection=canary");
		Whole whole = application.getBean(Whole.class);
		assertThat(whole.echo.echo("1")).isEqualTo("echo 1");
		assertThat(whole.seen).containsExactly("client interceptor", "selected", "server interceptor");
		assertThat(whole.echo).isEqualTo(whole.echo).hasSameHashCodeAs(whole.echo);
		assertThat(whole.echo.toString()).contains("test.echo");
		assertThat(whole.customized).hasValue(3);
		assertThatException().isThrownBy(() -> whole.echo.echo("fail"))
			.isInstanceOf(IllegalStateException.class)
			.withMessage("mapped NOT_FOUND");
	}

	@Test
	void anInterceptorMayCallWithAClientOfItsOwn() {
		ConfigurableApplicationContext application = this.applications.run(Audited.class);
		assertThat(application.getBean(Caller.class).echo.echo("1")).isEqualTo("echo 1");
		assertThat(application.getBean(AuditBean.class).lines).containsExactly("test.echo/echo");
	}

	@Test
	void aClassThatIsMadeBeforeTheNodeMayHaveBothToo() {
		ConfigurableApplicationContext application = this.applications.run(MadeFirst.class);
		MadeFirst first = application.getBean(MadeFirst.class);
		assertThat(first.echo.echo("1")).isEqualTo("echo 1");
		assertThat(first.seen).containsExactly("interceptor");
	}

	@Test
	void aFallbackStandsInForSuchAClientToo() {
		ConfigurableApplicationContext application = this.applications.run(WithFallback.class,
				"macula.client.patience=0", "macula.client.deadline=2s");
		assertThat(application.getBean(WithFallback.class).echo.echo("1")).isEqualTo("instead of NOT_FOUND");
	}

	@Test
	void suchAClassMayCallWhenItIsDestroyed() {
		ConfigurableApplicationContext provider = this.applications.run(Applications.Provider.class);
		ConfigurableApplicationContext application = this.applications.run(CallsAtItsEnd.class,
				Applications.seed(provider));
		CallsAtItsEnd bean = application.getBean(CallsAtItsEnd.class);
		application.close();
		assertThat(bean.answered).isEqualTo("echo end");
	}

	@Test
	void aChildContextMayHaveBoth() {
		ConfigurableApplicationContext parent = this.applications.run(Applications.Provider.class);
		try (ConfigurableApplicationContext child = this.applications.builder(Whole.class)
			.parent(parent)
			.run("--macula.client.selection=canary", "--macula.provider.enabled=false")) {
			Whole whole = child.getBean(Whole.class);
			assertThat(whole.echo.echo("1")).isEqualTo("echo 1");
			assertThat(whole.seen).contains("selected");
		}
	}

	@Test
	void aMistakeInTheContractStopsTheStart(CapturedOutput output) {
		assertThatException().isThrownBy(() -> this.applications.run(WrongContract.class));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The client 'test.wrong' of " + Wrong.class.getName() + " cannot be made: ")
			.doesNotContain("\tat ");
	}

	@Test
	void aCallBeforeThereIsANodeSaysSo(CapturedOutput output) {
		assertThatException().isThrownBy(() -> this.applications.run(CallsTooEarly.class));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The client 'test.echo' of " + Echo.class.getName()
					+ " was called, by its method echo, while the node is being made that it calls with.")
			.contains("Call when the application is started, for example in an ApplicationRunner.")
			.doesNotContain("\tat ");
	}

	@Test
	void aCycleThatRemainsIsNamedWithItsRemedy(CapturedOutput output) {
		assertThatException().isThrownBy(() -> this.applications.run(NeedsTheClient.class));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The node is made with remaining(), a method of the bean '")
			.contains("(" + NeedsTheClient.class.getName() + "), and this bean needs the node itself.")
			.contains("Declare the @Bean method that makes what the node asks for static, or move it to a class that "
					+ "needs neither RealmNode nor RealmClient; or inject an ObjectProvider of these.")
			.doesNotContain("allow-circular-references")
			.doesNotContain("\tat ");
		assertThatException()
			.isThrownBy(() -> this.applications.run(NeedsTheNode.class, "macula.client.selection=remaining"));
		assertThat(output).contains("(" + NeedsTheNode.class.getName() + "), and this bean needs the node itself.")
			.doesNotContain("is not valid");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ MaculaAutoConfiguration.class, MaculaErrorAutoConfiguration.class,
			SslAutoConfiguration.class })
	static class Base {

	}

	@Configuration
	@Import({ Base.class, MappedEchoBean.class })
	static class Whole {

		final Queue<String> seen = new ConcurrentLinkedQueue<>();

		final AtomicInteger customized = new AtomicInteger();

		@MaculaClient("test.echo")
		Echo echo;

		@Bean
		ClientInterceptor client() {
			return (call) -> {
				this.seen.add("client interceptor");
				return call.proceed();
			};
		}

		@Bean
		ServerInterceptor server() {
			return (call) -> {
				this.seen.add("server interceptor");
				return call.proceed();
			};
		}

		@Bean
		SelectionStrategy canary() {
			SelectionStrategy strategy = SelectionStrategies.roundRobin();
			return (candidates, context) -> {
				this.seen.add("selected");
				return strategy.select(candidates, context);
			};
		}

		@Bean
		ErrorMapper errors() {
			return (failure) -> (failure.code() == Code.NOT_FOUND)
					? new IllegalStateException("mapped " + failure.code()) : null;
		}

		@Bean
		ExceptionMapper exceptions() {
			return (call, thrown) -> (thrown instanceof IllegalArgumentException)
					? RpcException.of(Code.NOT_FOUND, "none") : null;
		}

		@Bean
		RealmNodeCustomizer customizer() {
			return (builder) -> this.customized.addAndGet(1);
		}

		@Bean
		MaculaCodecCustomizer codecs() {
			this.customized.addAndGet(2);
			return (builder) -> {
			};
		}

	}

	@MaculaService("test.echo")
	static class MappedEchoBean implements Echo {

		@Override
		public String echo(String text) {
			if (text.equals("fail")) {
				throw new IllegalArgumentException(text);
			}
			return "echo " + text;
		}

	}

	interface Audit {

		void record(String line);

	}

	@MaculaService("test.audit")
	static class AuditBean implements Audit {

		final Queue<String> lines = new ConcurrentLinkedQueue<>();

		@Override
		public void record(String line) {
			this.lines.add(line);
		}

	}

	static class AuditInterceptor implements ClientInterceptor {

		private final Audit audit;

		AuditInterceptor(@MaculaClient("test.audit") Audit audit) {
			this.audit = audit;
		}

		@Override
		public @Nullable Object intercept(ClientInvocation call) throws Throwable {
			if (!call.service().value().equals("test.audit")) {
				this.audit.record(call.service().value() + "/" + call.method());
			}
			return call.proceed();
		}

	}

	static class Caller {

		@MaculaClient("test.echo")
		Echo echo;

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Base.class, EchoBean.class, AuditBean.class, AuditInterceptor.class, Caller.class })
	static class Audited {

	}

	@Configuration
	@Import({ Base.class, EchoBean.class })
	static class MadeFirst {

		final Queue<String> seen = new ConcurrentLinkedQueue<>();

		@MaculaClient("test.echo")
		Echo echo;

		@Bean
		BeanPostProcessor processor() {
			return new BeanPostProcessor() {
			};
		}

		@Bean
		ClientInterceptor interceptor() {
			return (call) -> {
				this.seen.add("interceptor");
				return call.proceed();
			};
		}

	}

	static class NoEcho implements MaculaFallback<Echo> {

		@Override
		public Echo fallback(RpcException failure) {
			return (text) -> "instead of " + failure.code();
		}

	}

	@Configuration
	@Import({ Base.class, NoEcho.class })
	static class WithFallback {

		@MaculaClient(value = "test.echo", fallback = NoEcho.class)
		Echo echo;

		@Bean
		ClientInterceptor interceptor() {
			return ClientInvocation::proceed;
		}

	}

	@Configuration
	@Import(Base.class)
	static class CallsAtItsEnd {

		@MaculaClient("test.echo")
		Echo echo;

		@Nullable String answered;

		@Bean
		ClientInterceptor interceptor() {
			return ClientInvocation::proceed;
		}

		@PreDestroy
		void end() {
			this.answered = this.echo.echo("end");
		}

	}

	interface Wrong {

		List<Thread> threads();

	}

	@Configuration
	@Import(Base.class)
	static class WrongContract {

		@MaculaClient("test.wrong")
		Wrong wrong;

		@Bean
		ClientInterceptor interceptor() {
			return ClientInvocation::proceed;
		}

	}

	@Configuration
	@Import(Base.class)
	static class CallsTooEarly {

		@MaculaClient("test.echo")
		Echo echo;

		@PostConstruct
		void begin() {
			this.echo.echo("early");
		}

		@Bean
		ClientInterceptor interceptor() {
			return ClientInvocation::proceed;
		}

	}

	@Configuration
	@Import(Base.class)
	static class NeedsTheClient {

		NeedsTheClient(RealmClient client) {
			assertThat(client).isNotNull();
		}

		@Bean
		ClientInterceptor remaining() {
			return ClientInvocation::proceed;
		}

	}

	@Configuration
	@Import(Base.class)
	static class NeedsTheNode {

		NeedsTheNode(RealmNode node) {
			assertThat(node).isNotNull();
		}

		@Bean
		SelectionStrategy remaining() {
			return SelectionStrategies.roundRobin();
		}

	}

}
