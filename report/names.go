package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// AgentName is the name of an agent as reports have it, with \xNN in the place of each
// octet that is not UTF-8, which JSON cannot hold: two names stay two. Who writes such
// an escape out has the name of another, as who takes its name has.
func AgentName(agent string) string {
	if utf8.ValidString(agent) {
		return agent
	}
	var out strings.Builder
	for len(agent) > 0 {
		r, n := utf8.DecodeRuneInString(agent)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&out, `\x%02x`, agent[0])
		} else {
			out.WriteString(agent[:n])
		}
		agent = agent[n:]
	}
	return out.String()
}

// Limits of the parts of a file name, in octets. With ".html" and a suffix
// against collisions, they stay well below the 255 that file systems allow.
const (
	agentLimit = 180
	idLimit    = 40
	unnamed    = "unnamed" // stands for an agent whose name has no letter or digit
)

// names gives every agent, and every case played against it, names for its
// files. They consist of a–z, 0–9 and underscores.
type names struct {
	agents map[string]string // by agent
	stems  map[key]string
	taken  map[string]bool // names of agents, and stems
}

func newNames() names {
	return names{
		agents: make(map[string]string),
		stems:  make(map[key]string),
		taken:  make(map[string]bool),
	}
}

// stem is the name, without extension, of the files for k. If the name is not
// the one that users expect, a warning says so, once for each agent.
func (n names) stem(k key) (stem, warning string) {
	if stem, ok := n.stems[k]; ok {
		return stem, ""
	}
	agent, ok := n.agents[k.agent]
	if !ok {
		agent, warning = n.nameAgent(k.agent)
	}
	stem = n.free(agent + "_case_" + cut(clean(string(k.id)), idLimit))
	n.stems[k] = stem
	return stem, warning
}

func (n names) nameAgent(agent string) (name, warning string) {
	want := clean(agent)
	name = cut(want, agentLimit)
	if name == "" {
		name = unnamed
	}
	name = n.free(name)
	n.agents[agent] = name
	if name != want {
		warning = fmt.Sprintf("agent %.80q: its reports are named %s_case_…, since %s", agent, name, why(want))
	}
	return name, warning
}

func why(want string) string {
	switch {
	case want == "":
		return "its name has no letter or digit"
	case len(want) > agentLimit:
		return "its name is too long"
	}
	return fmt.Sprintf("those of another agent are named %s_case_…", want)
}

// free is name, with a number behind it if it is taken, and takes it.
func (n names) free(name string) string {
	unique := name
	for i := 2; n.taken[unique]; i++ {
		unique = fmt.Sprintf("%s_%d", name, i)
	}
	n.taken[unique] = true
	return unique
}

// clean makes a name for files as the reference does: in lower case, with an
// underscore for every character other than a–z and 0–9, but none at the ends.
func clean(name string) string {
	spaced := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return ' '
	}, strings.ToLower(name))
	return strings.ReplaceAll(strings.Trim(spaced, " "), " ", "_")
}

func cut(s string, limit int) string { return s[:min(len(s), limit)] }
