package hostile

import "strings"

// Agents are names that peers give themselves: paths, markup, controls, characters that
// reorder or hide text, octets that are not UTF-8, names of a length, and names that
// become one when they are cleaned for the names of files.
var Agents = []string{
	"../../../etc/passwd", "/etc/passwd", `C:\Windows\system32`, "..", ".", "CON", "index", "index.html", "results",
	"a\x00b", "\x1b[31mred\x1b[0m", "line\nbreak", "tab\tstop", "\xff\xfe", "\xed\xa0\x80",
	"\u202egnp.exe", "zero\u200bwidth", "\ufeffbom", "e\u0301", "\u00e9", "日本語", "🚀",
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", `" onmouseover="alert(1)`, "'; DROP TABLE results; --",
	"</style><script>", "]]>", "{{.}}", "%s%n", "$(reboot)", "`reboot`", "::error::injected", "| table |", "case_failed",
	"a b", "a.b", "a-b", "A B", "a  b", " a b ", "_", "-", " ",
	strings.Repeat("long ", 100), strings.Repeat("é", 250),
}
