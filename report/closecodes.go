package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gobahn/cases"
)

// The cases of section 7.9 are close frames with codes that must not be sent. Which
// they are has changed twice: 1012 to 1015 were taken away, and what followed moved up.
// So the same id means another code in an old report, and cases there are told by
// their codes.

// codeSection is the section, as ids of its cases begin.
const codeSection = "7.9."

// oldCodes are the codes of the reference's former versions by their number: of those
// with 521 cases and of those with 519. (The latter follow from what was before and
// after.)
var oldCodes = map[int][]int{
	13: {0, 999, 1004, 1005, 1006, 1012, 1013, 1014, 1015, 1016, 1100, 2000, 2999},
	11: {0, 999, 1004, 1005, 1006, 1014, 1015, 1016, 1100, 2000, 2999},
}

// codesNow are those of the catalogue.
var codesNow = func() (codes []int) {
	for _, c := range cases.All {
		if code := codeSent(c); code != nil {
			codes = append(codes, *code)
		}
	}
	return codes
}()

// codeSent is the code of the close frame that c is about; nil: it is about
// something else.
func codeSent(c cases.Case) *int {
	if !strings.HasPrefix(string(c.ID), codeSection) || len(c.Script) != 1 {
		return nil
	}
	closing, ok := c.Script[0].(cases.SendClose)
	if body := closing.Payload.Octets(); ok && len(body) >= 2 {
		code := int(body[0])<<8 | int(body[1])
		return &code
	}
	return nil
}

// CloseCodes finds out what the cases of the section meant in an index.json.
type closeCodes struct {
	files map[key]string // the case files that it names
	last  map[string]int // the highest number of an agent's cases
	count map[string]int // how many an agent has
}

// note takes note of a case.
func (c *closeCodes) note(k key, file string) {
	n, ok := codeNumber(k.id)
	if !ok {
		return
	}
	if c.files == nil {
		c.files, c.last, c.count = make(map[key]string), make(map[string]int), make(map[string]int)
	}
	c.files[k] = file
	c.last[k.agent] = max(c.last[k.agent], n)
	c.count[k.agent]++
}

// codeNumber is the number of a case within the section, from 1.
func codeNumber(id cases.ID) (int, bool) {
	rest, ok := strings.CutPrefix(string(id), codeSection)
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil && n > 0 && n <= 99
}

// settle gives each case its code: that which its file in dir names, else that of the
// version the agent's cases are of. Where that is a guess, a note says so.
func (c *closeCodes) settle(o *Outcomes, dir string) {
	guessed := make(map[string]bool)
	for k, file := range c.files {
		one := o.of[k]
		code, ok := codeInFile(dir, file)
		if !ok {
			if code, ok = c.codeByNumber(k); !ok {
				continue
			}
			guessed[k.agent] = guessed[k.agent] || c.uncertain(k)
		}
		one.sent = &code
		o.of[k] = one
	}
	for _, agent := range o.Agents {
		if guessed[agent] {
			o.Notes = append(o.Notes, fmt.Sprintf("the cases of 7.9 that %.60q has in %s are taken for those of today; if an older version of the reference wrote it, they sent other close codes", agent, o.Source))
		}
	}
}

// codeByNumber is the code by the number of a case and how far the numbers go.
func (c *closeCodes) codeByNumber(k key) (int, bool) {
	n, _ := codeNumber(k.id)
	list := codesNow
	switch last := c.last[k.agent]; {
	case last > 11:
		list = oldCodes[13]
	case last > len(codesNow):
		list = oldCodes[11]
	}
	if n > len(list) {
		return 0, false
	}
	return list[n-1], true
}

// uncertain reports whether k may have had another code: those before it never
// changed, and an agent that has exactly today's numbers was played with them.
func (c *closeCodes) uncertain(k key) bool {
	const unchanged = 5
	n, _ := codeNumber(k.id)
	return n > unchanged && c.last[k.agent] <= len(codesNow) && c.count[k.agent] < len(codesNow)
}

// A code is named in the description of a case, ours as well as the reference's.
var codeText = regexp.MustCompile(`\bcode (\d{1,5})\b`)

// codeInFile is the code that the case file of that name says was sent.
func codeInFile(dir, name string) (int, bool) {
	if name == "" || name != filepath.Base(name) || !strings.HasSuffix(name, ".json") {
		return 0, false
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return 0, false
	}
	defer f.Close()
	const most = 1 << 20 // octets of the file
	var file struct {
		Description string `json:"description"`
	}
	if json.NewDecoder(io.LimitReader(f, most)).Decode(&file) != nil {
		return 0, false
	}
	m := codeText.FindStringSubmatch(file.Description)
	if m == nil {
		return 0, false
	}
	code, err := strconv.Atoi(m[1])
	return code, err == nil
}
