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

package io.macula.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * The schemas of all kinds that are written here: classes of the Kubernetes client for
 * its own kinds, schemas of custom resources for the others.
 */
final class ResourceSchemas {

	private static final Map<String, Class<?>> CLASSES = Map.of("v1/ConfigMap", ConfigMap.class, "v1/Namespace",
			Namespace.class, "v1/Service", Service.class, "v1/ServiceAccount", ServiceAccount.class,
			"apps/v1/Deployment", Deployment.class, "autoscaling/v2/HorizontalPodAutoscaler",
			HorizontalPodAutoscaler.class, "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
			"policy/v1/PodDisruptionBudget", PodDisruptionBudget.class, "rbac.authorization.k8s.io/v1/Role", Role.class,
			"rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class);

	private static final Map<String, String> SCHEMAS = Map.of("kustomize.config.k8s.io/v1beta1/Kustomization",
			"kustomization.yaml", "kustomize.config.k8s.io/v1alpha1/Component", "kustomization.yaml",
			"kind.x-k8s.io/v1alpha4/Cluster", "kind-cluster.yaml", "kustomize.toolkit.fluxcd.io/v1/Kustomization",
			"flux-kustomization.yaml", "source.toolkit.fluxcd.io/v1/GitRepository", "flux-gitrepository.yaml");

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
		.withCoercionConfig(LogicalType.Textual,
				(textual) -> textual.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
					.setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
					.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
		.annotationIntrospector(new NothingElse())
		.build();

	private ResourceSchemas() {
	}

	/**
	 * What does not fit its schema.
	 * @param document a document, or a patch
	 * @param partial whether it is a patch
	 * @return faults, each with its place
	 */
	static List<String> faults(Map<String, Object> document, boolean partial) {
		String kind = document.get("apiVersion") + "/" + document.get("kind");
		if (CLASSES.get(kind) != null) {
			return faults(document, CLASSES.get(kind));
		}
		if (SCHEMAS.get(kind) != null) {
			return schema(SCHEMAS.get(kind)).faults(document, partial);
		}
		return List.of("There is no schema for " + kind);
	}

	private static List<String> faults(Map<String, Object> document, Class<?> type) {
		try {
			read(document, type);
			return List.of();
		}
		catch (JacksonException ex) {
			return List.of(ex.getOriginalMessage() + " at " + ex.getPathReference());
		}
	}

	/**
	 * A document as its class.
	 * @param <T> the class
	 * @param document the document
	 * @param type the class
	 * @return with all fields
	 */
	static <T> T read(Map<String, Object> document, Class<T> type) {
		return MAPPER.readValue(MAPPER.writeValueAsBytes(document), type);
	}

	private static StructuralSchema schema(String name) {
		try (InputStream file = ResourceSchemas.class.getResourceAsStream(name)) {
			return new StructuralSchema(new Yaml().load(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The client keeps fields that it does not know; here they are faults.
	 */
	private static final class NothingElse extends JacksonAnnotationIntrospector {

		private static final long serialVersionUID = 1L;

		@Override
		public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
			return false;
		}

	}

}
