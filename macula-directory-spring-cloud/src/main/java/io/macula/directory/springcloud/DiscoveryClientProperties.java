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

package io.macula.directory.springcloud;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the directory in Spring Cloud.
 *
 * @param interval How often Spring Cloud is asked, give or take a fifth; it is asked at
 * once, too, when its client tells of a change. 100ms to 1h
 * @param timeout After which a question, or a change of the own registration, counts as
 * not answered. 100ms to 1h
 * @param reactive Whether the ReactiveDiscoveryClient is asked where there is a
 * DiscoveryClient, too
 * @param applications Discovery ids of the applications that provide a service, by the
 * name of the service; for services that are not listed all applications are asked
 * @param port UDP port of instances whose metadata do not tell it
 * @param register Whether this node advertises in the metadata of the application's own
 * registration, where there is one
 * @param selfPreservation Whether instances are kept for up to four leases when too many
 * go at once, and for one lease when the registry has just come back
 */
@ConfigurationProperties("macula.directory.discovery-client")
public record DiscoveryClientProperties(@DefaultValue("5s") Duration interval, @DefaultValue("10s") Duration timeout,
		@DefaultValue("false") boolean reactive, @DefaultValue Map<String, List<String>> applications,
		@Nullable Integer port, @DefaultValue("true") boolean register,
		@DefaultValue("true") boolean selfPreservation) {

}
