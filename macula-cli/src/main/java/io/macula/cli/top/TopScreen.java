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

package io.macula.cli.top;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.macula.operations.RealmPicture;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

/**
 * The live screen on a terminal, which is as before once {@link #run} returned or
 * {@link #restore} was called. {@code run} is called once; the rest is safe for all
 * threads.
 */
public final class TopScreen {

	private static final long KEY_MILLIS = 100;

	private static final int READ_EXPIRED = -2;

	private static final int END = -1;

	private static final int MOST_ENDS = 10;

	private static final long END_NANOS = 20_000_000;

	private static final int ESCAPE = 27;

	/** The rest of a sequence follows at once, a key of a person does not. */
	private static final long SEQUENCE_MILLIS = 20;

	private static final int CONTROL_C = 3;

	private static final int LEAST_HEIGHT = 4;

	private static final String HELP = "q quit  / filter  sort: c calls 5 p50 9 p99 f failures i in flight o connections"
			+ " n name  r reverse  t instances";

	private final Terminal terminal;

	private final Supplier<RealmPicture> picture;

	private final Duration interval;

	private final boolean colours;

	private final Attributes before;

	private final AtomicBoolean restored = new AtomicBoolean();

	private TopView view;

	/** Whether the filter is being typed. */
	private boolean typing;

	private volatile boolean over;

	private volatile boolean resized;

	/**
	 * A screen; takes the terminal over.
	 * @param terminal that can be addressed; closed by the caller
	 * @param picture the realm as it is known
	 * @param view what is wanted of it first
	 * @param interval how often it is drawn, more than 0; each key is answered at once
	 * @param colours whether there are colours
	 */
	public TopScreen(Terminal terminal, Supplier<RealmPicture> picture, TopView view, Duration interval,
			boolean colours) {
		this.terminal = terminal;
		this.picture = picture;
		this.view = view;
		this.interval = interval;
		this.colours = colours;
		this.before = terminal.enterRawMode();
		terminal.handle(Terminal.Signal.INT, (signal) -> this.over = true);
		// Ctrl-Z would leave the other screen, without a cursor, to the shell.
		terminal.handle(Terminal.Signal.TSTP, Terminal.SignalHandler.SIG_IGN);
		terminal.handle(Terminal.Signal.WINCH, (signal) -> this.resized = true);
		terminal.puts(Capability.enter_ca_mode);
		terminal.puts(Capability.cursor_invisible);
		terminal.flush();
	}

	/**
	 * Whether a terminal can show it.
	 * @param terminal the terminal
	 * @return false if it is too narrow or too low, or cannot be addressed
	 */
	public static boolean fits(Terminal terminal) {
		return !terminal.getType().startsWith(Terminal.TYPE_DUMB) && terminal.getWidth() >= TopTable.LEAST_WIDTH
				&& terminal.getHeight() >= LEAST_HEIGHT
				&& terminal.getStringCapability(Capability.cursor_address) != null;
	}

	/** End soon. */
	public void stop() {
		this.over = true;
	}

	/**
	 * Draw, and follow the keys, until it is told to end.
	 * @throws IOException if the terminal is gone
	 */
	public void run() throws IOException {
		try {
			Display display = new Display(this.terminal, true);
			display.resize(this.terminal.getHeight(), this.terminal.getWidth());
			long next = System.nanoTime();
			int ends = 0;
			while (!this.over) {
				long now = System.nanoTime();
				if (this.resized) {
					this.resized = false;
					display.clear();
					display.resize(this.terminal.getHeight(), this.terminal.getWidth());
					next = now;
				}
				if (now - next >= 0) {
					next = now + this.interval.toNanos();
					display.update(drawn(), -1);
				}
				int key = this.terminal.reader().read(Math.max(1, Math.min(KEY_MILLIS, (next - now) / 1_000_000)));
				if (key == END) {
					// A signal interrupts a read as the end of the terminal does.
					if (++ends > MOST_ENDS) {
						return;
					}
					LockSupport.parkNanos(END_NANOS);
				}
				else if (key != READ_EXPIRED) {
					ends = 0;
					pressed(key);
					next = System.nanoTime();
				}
			}
		}
		finally {
			restore();
		}
	}

	/** Leave the terminal as it was. May be called again. */
	public void restore() {
		// Nothing more is drawn, now that it is the screen of the shell.
		this.over = true;
		if (this.restored.compareAndSet(false, true)) {
			this.terminal.puts(Capability.cursor_visible);
			this.terminal.puts(Capability.exit_ca_mode);
			this.terminal.setAttributes(this.before);
			this.terminal.flush();
		}
	}

	private List<AttributedString> drawn() {
		int width = this.terminal.getWidth();
		int height = Math.max(2, this.terminal.getHeight());
		List<AttributedString> lines = new ArrayList<>();
		for (TopTable.Line line : TopTable.lines(this.picture.get(), this.view, width, height - 1)) {
			lines.add(new AttributedString(line.text(), style(line.look())));
		}
		while (lines.size() < height - 1) {
			lines.add(AttributedString.EMPTY);
		}
		String last = this.typing ? "filter: " + this.view.filter() + "_   (Enter ends, Esc clears)" : HELP;
		lines.add(new AttributedString((last.length() > width) ? last.substring(0, width) : last,
				AttributedStyle.DEFAULT.faint()));
		return lines;
	}

	private AttributedStyle style(TopTable.Look look) {
		AttributedStyle plain = AttributedStyle.DEFAULT;
		return switch (look) {
			case TITLE, SERVICE -> plain.bold();
			case HEAD -> plain.inverse();
			case PLAIN -> plain;
			case TROUBLE, GONE -> this.colours ? plain.foreground(AttributedStyle.RED) : plain.bold();
			case NOTABLE -> this.colours ? plain.foreground(AttributedStyle.YELLOW) : plain;
		};
	}

	private void pressed(int key) throws IOException {
		if (key == CONTROL_C) {
			this.over = true;
		}
		else if (key == ESCAPE && sequence()) {
			// An arrow, or what the terminal tells of itself.
			return;
		}
		else if (this.typing) {
			typed(key);
		}
		else if (key == 'q' || key == 'Q') {
			this.over = true;
		}
		else if (key == '/') {
			this.typing = true;
		}
		else if (key == 'r') {
			this.view = new TopView(this.view.order(), !this.view.reversed(), this.view.filter(),
					this.view.instances());
		}
		else if (key == 't') {
			this.view = this.view.toggled();
		}
		else {
			for (TopView.Order order : TopView.Order.values()) {
				if (order.key() == key) {
					this.view = this.view.by(order);
				}
			}
		}
	}

	/**
	 * Whether more follows an escape, which is skipped up to its final byte (ECMA-48).
	 */
	private boolean sequence() throws IOException {
		int next = this.terminal.reader().read(SEQUENCE_MILLIS);
		if (next == '[' || next == 'O') {
			do {
				next = this.terminal.reader().read(SEQUENCE_MILLIS);
			}
			while (next >= ' ' && next < '@');
			return true;
		}
		return next >= 0;
	}

	private void typed(int key) {
		String filter = this.view.filter();
		if (key == '\r' || key == '\n') {
			this.typing = false;
		}
		else if (key == ESCAPE) {
			this.typing = false;
			this.view = this.view.filtered("");
		}
		else if (key == '\b' || key == 127) {
			this.view = this.view.filtered(filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1));
		}
		else if (key >= ' ') {
			this.view = this.view.filtered(filter + (char) key);
		}
	}

}
