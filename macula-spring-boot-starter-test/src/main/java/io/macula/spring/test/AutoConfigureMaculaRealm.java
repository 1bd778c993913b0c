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

package io.macula.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.macula.tls.PeerAuthorizer;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * On a test class: the application becomes a realm of its own, with a random name, a
 * random secret, no seeds, and a free port on the loopback interface. Its clients call
 * its own services over QUIC, and those of the providers that the test adds with
 * {@link MaculaTestRealm}, which is a bean. What the application's own settings say about
 * realm, address and trust does not apply: lists of who may call or provide allow
 * everybody, since they name identities that this realm does not have. A
 * {@link PeerAuthorizer} bean is asked as ever; the identities here have one name each,
 * {@code macula://<realm>/<node id>}, so a test replaces it where it looks at other ones.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ImportAutoConfiguration
public @interface AutoConfigureMaculaRealm {

}
