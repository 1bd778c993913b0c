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

import java.time.Duration;

import io.macula.log.PrintableLogger;
import org.slf4j.Logger;

import org.springframework.context.ApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * The lifecycle phase in which a node drains, beside the web server. After the timeout of
 * a phase Spring goes on with the next one and would stop beans under handlers that still
 * run; so this phase is given the grace of the drain, where that is longer.
 */
final class DrainPhase {

	private static final Logger logger = PrintableLogger.of(DrainPhase.class);

	private final ShutdownTimes times;

	DrainPhase(ShutdownTimes times) {
		this.times = times;
	}

	/**
	 * Let the longer of the two times hold whenever the context stops, and say what that
	 * means for who ends the process.
	 * @param context its lifecycle processor is there, since it is starting
	 */
	void hold(ApplicationContext context) {
		Object processor = context.getBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME);
		Duration needed = this.times.drainPhase();
		if (processor instanceof DefaultLifecycleProcessor known) {
			if (needed.compareTo(this.times.phase()) > 0) {
				known.setTimeoutForShutdownPhase(DrainLifecycle.PHASE, needed.toMillis());
			}
			tellLonger();
		}
		else if (this.times.drainOutlivesPhase()) {
			logger.warn(
					"{} ({}) is longer than {} ({}), and the bean '{}' ({}) cannot be told so: beans of the lifecycle"
							+ " phases from {} to {}, among them the web server, may stop under handlers that still"
							+ " run. Let it give phase {} {}, or lower the grace",
					ShutdownTimes.GRACE_KEY, SettingText.of(this.times.grace()), ShutdownTimes.PHASE_KEY,
					SettingText.of(this.times.phase()), AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME,
					processor.getClass().getName(), NodeLifecycle.PHASE, DrainLifecycle.PHASE, DrainLifecycle.PHASE,
					SettingText.of(needed));
		}
		warnOfTermination();
	}

	private void tellLonger() {
		if (this.times.drainOutlivesPhase()) {
			logger.info(
					"{} ({}) is longer than {} ({}): a shutdown waits the longer time for calls in flight, and for web"
							+ " requests. Give the process {} to end",
					ShutdownTimes.GRACE_KEY, SettingText.of(this.times.grace()), ShutdownTimes.PHASE_KEY,
					SettingText.of(this.times.phase()), SettingText.of(this.times.orderly()));
		}
	}

	private void warnOfTermination() {
		Duration termination = this.times.termination();
		if (termination != null && this.times.killedEarly()) {
			logger.warn(
					"{} ({}) is too short: an orderly shutdown takes up to {}, which is the longer of {} ({}) and {}"
							+ " ({}), and the time to withdraw and to close. The process would be killed before, with"
							+ " the calls in flight. Give it more (terminationGracePeriodSeconds in Kubernetes, of"
							+ " which a preStop hook takes its part; stop_grace_period in Compose; TimeoutStopSec in"
							+ " systemd) and set {} to the same, or lower the other two",
					ShutdownTimes.TERMINATION_KEY, SettingText.of(termination), SettingText.of(this.times.orderly()),
					ShutdownTimes.GRACE_KEY, SettingText.of(this.times.grace()), ShutdownTimes.PHASE_KEY,
					SettingText.of(this.times.phase()), ShutdownTimes.TERMINATION_KEY);
		}
	}

}
