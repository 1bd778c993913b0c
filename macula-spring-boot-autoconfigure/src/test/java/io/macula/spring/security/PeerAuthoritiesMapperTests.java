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

package io.macula.spring.security;

import java.util.List;

import io.macula.tls.PeerIdentity;
import org.junit.jupiter.api.Test;
import org.springframework.security.core.GrantedAuthority;

import static org.assertj.core.api.Assertions.assertThat;

class PeerAuthoritiesMapperTests {

	@Test
	void eachNameIsAnAuthority() {
		PeerIdentity peer = new PeerIdentity("ab12", "CN=admin", List.of("spiffe://shop/web"),
				List.of("web.example.org"));
		assertThat(authorities(peer)).containsExactly("PEER_spiffe://shop/web", "PEER_web.example.org",
				"PEER_sha256:ab12");
		assertThat(new MaculaPeerAuthentication(peer, List.of()).getName()).isEqualTo("spiffe://shop/web");
	}

	@Test
	void oneKindOfNameCannotPoseAsAnother() {
		PeerIdentity peer = new PeerIdentity("ab12", "CN=admin", List.of("sha256:cd34", "web.example.org"),
				List.of("spiffe://shop/web", "sha256:cd34"));
		assertThat(authorities(peer)).containsExactly("PEER_sha256:ab12");
		assertThat(new MaculaPeerAuthentication(peer, List.of()).getName()).isEqualTo("sha256:ab12");
	}

	@Test
	void withoutNamesTheKeyIsTheName() {
		PeerIdentity peer = new PeerIdentity("ab12", "CN=admin", List.of(), List.of());
		MaculaPeerAuthentication authentication = new MaculaPeerAuthentication(peer, List.of());
		assertThat(authentication.getName()).isEqualTo("sha256:ab12");
		assertThat(authentication.isAuthenticated()).isTrue();
		assertThat(authentication.getPrincipal()).isSameAs(peer);
		assertThat(authentication).isEqualTo(new MaculaPeerAuthentication(peer, List.of()));
	}

	private static List<String> authorities(PeerIdentity peer) {
		return PeerAuthoritiesMapper.names().authorities(peer).stream().map(GrantedAuthority::getAuthority).toList();
	}

}
