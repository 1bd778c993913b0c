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

package io.macula.client;

/**
 * Attempts beyond the first of the calls of one client service. Immutable.
 *
 * @param retries further attempts after a failed one, those included that cost nothing
 * because the call was not processed; since the node was made
 * @param hedges attempts beside one that was still open, since the node was made
 * @param budgetLeft retries and hedges that the budget would grant at this moment
 * @param budgetRefused retries and hedges that the budget refused, since the node was
 * made
 */
public record RetryFigures(long retries, long hedges, double budgetLeft, long budgetRefused) {

}
