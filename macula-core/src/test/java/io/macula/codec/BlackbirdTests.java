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

package io.macula.codec;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values are the same with Blackbird and without it.
 */
class BlackbirdTests {

	private static final String MODULE = "tools.jackson.module.blackbird.";

	@Test
	void whenBlackbirdIsThereThenItIsUsed() {
		MapperBuilder<?, ?> builder = JsonMapper.builder();
		Blackbird.addTo(builder);
		assertThat(builder.build().registeredModules())
			.anySatisfy((module) -> assertThat(module.getClass().getName()).startsWith(MODULE));
	}

	@Test
	void whenBlackbirdIsLeftOutThenValuesAreTheSame() throws ReflectiveOperationException {
		ClassLoader loader = new WithoutBlackbird();
		Class<?> codecs = loader.loadClass(JacksonPayloadCodec.class.getName());
		Class<?> valueCodecs = loader.loadClass(ValueCodec.class.getName());
		Order order = new Order("one", 2, 3.5);
		for (PayloadCodec codec : List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json())) {
			Object other = codecs.getMethod(codec.name()).invoke(null);
			Object values = codecs.getMethod("forType", Type.class).invoke(other, Order.class);
			byte[] payload = codec.forType(Order.class).encode(order);
			assertThat(valueCodecs.getMethod("encode", Object.class).invoke(values, order)).isEqualTo(payload);
			assertThat(valueCodecs.getMethod("decode", byte[].class).invoke(values, payload)).isEqualTo(order);
		}
	}

	record Order(String id, int count, double price) {
	}

	/** Loads the codecs anew, and nothing of Blackbird. */
	private static final class WithoutBlackbird extends ClassLoader {

		WithoutBlackbird() {
			super(BlackbirdTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.startsWith(MODULE)) {
				throw new ClassNotFoundException(name);
			}
			if (!name.startsWith("io.macula.codec.") || name.startsWith(BlackbirdTests.class.getName())) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : define(name);
			}
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
				if (bytes == null) {
					throw new ClassNotFoundException(name);
				}
				byte[] code = bytes.readAllBytes();
				return defineClass(name, code, 0, code.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
