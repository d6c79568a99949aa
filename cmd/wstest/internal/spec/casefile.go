package spec

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gobahn/cases"
)

// A UserCase is a case of a file.
type UserCase struct {
	At   Position
	Case cases.Case // under its id of "user/"

	NoAccept, NoEnding bool // the file does not say: the model does
}

// maxCaseFile is how many octets a file of cases may have.
const maxCaseFile = 8 << 20

// ReadCases reads a file with a case or a list of them, in YAML or in JSON, which may
// have comments.
func ReadCases(path string) ([]UserCase, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCaseFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxCaseFile:
		return nil, fmt.Errorf("%s: want a file of cases, which has at most %d octets", path, maxCaseFile)
	}
	return ParseCases(path, text)
}

// ParseCases parses the text of a file of cases. There, unknown keys are errors: since
// what is left out is conformant, one that is misspelt would be no deviation.
func ParseCases(file string, text []byte) ([]UserCase, error) {
	v, err := parseEither(file, text)
	if err != nil {
		return nil, err
	}
	items := []value{v}
	switch {
	case v.isList():
		items = v.items
	case v.isNull():
		items = nil
	case !v.isObject():
		return nil, v.at.Errorf("want a case, or a list of cases, got %s", kind(v))
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s: there is no case in it: see wstest cases --yaml 1.1.2 for one", file)
	}
	var list []UserCase
	r := new(reader)
	for _, item := range items {
		list = append(list, r.userCase(item))
	}
	r.faults = append(r.faults, r.warnings...)
	_, err = r.result()
	return list, err
}

// caseID is what an id may be made of, so that it fits into URLs and command lines.
var caseID = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

// maxID is how long an id may be.
const maxID = 64

// userCase reads a case.
func (r *reader) userCase(v value) UserCase {
	u := UserCase{At: v.at, NoAccept: !v.has("accept"), NoEnding: !v.has("ending")}
	before := len(r.faults) + len(r.warnings)
	r.decode(v, reflect.ValueOf(&u.Case).Elem())
	given := strings.TrimPrefix(string(u.Case.ID), cases.UserPrefix)
	switch {
	case !v.isObject():
	case given == "":
		r.fault(v.at, `this case has no "id"`)
	case !caseID.MatchString(given) || len(given) > maxID:
		r.fault(v.member("id").at, `"id": want at most %d letters, digits, - and _, with dots between, got %q`, maxID, shortened(given))
	}
	u.Case.ID = u.Case.ID.Own()
	if len(r.faults)+len(r.warnings) == before {
		if err := u.Case.Validate(); err != nil {
			r.fault(v.at, "%v", err)
		}
	}
	return u
}

// has reports whether v says something of a key.
func (v value) has(key string) bool { return !v.member(key).isNull() }

// member is the value of a key, null if there is none.
func (v value) member(key string) value {
	i := slices.IndexFunc(v.members, func(m member) bool { return m.name == key })
	if i < 0 {
		return value{at: v.at}
	}
	return v.members[i].value
}

// For is the case for peers of a role, or of both if that is empty. What the file does
// not say is as the model has it, and the expectation says so.
func (u UserCase) For(role cases.Role) cases.Case {
	c := u.Case
	if c.Description == "" {
		c.Description = described(c)
	}
	if !u.NoAccept && !u.NoEnding {
		return c
	}
	known := true
	if len(c.Variants) == 0 {
		known = u.predict(&c.Opening, &c.Accept, &c.Ending, &c.Limit, c, role)
	}
	c.Variants = slices.Clone(c.Variants)
	for i, part := range u.Case.Parts() {
		if len(c.Variants) == 0 {
			break
		}
		v := &c.Variants[i]
		own := UserCase{NoAccept: u.NoAccept && v.Accept == nil, NoEnding: u.NoEnding && v.Ending == nil}
		if !own.NoAccept && !own.NoEnding {
			continue
		}
		ending, limit := part.Ending, part.Limit
		known = own.predict(&v.Opening, &v.Accept, &ending, &limit, part, role) && known
		v.Ending = &ending
		if limit != part.Limit {
			v.Limit = &limit
		}
	}
	c.Expectation = strings.TrimSpace(c.Expectation + " " + u.says(known) + finding(u.Case, role))
	return c
}

// finding is what the model has found in our half of the opening handshake, with a space
// before; of a case with variants that is for each of them.
func finding(c cases.Case, role cases.Role) string {
	c.Role = cmp.Or(c.Role, role)
	if _, why := c.Stance(); why != "" && len(c.Variants) == 0 {
		return " Of the opening handshake it says: " + why
	}
	return ""
}

// described is what c does, for a file that does not say.
func described(c cases.Case) string {
	const most = 120 // characters
	if text := []rune(strings.Join(c.Sent(), "; ")); len(text) > most {
		return string(text[:most]) + "…"
	} else if len(text) > 0 {
		return string(text)
	}
	return "The file does not say what is done."
}

// predict has the model say what the file leaves out of c: what is accepted, with it what a
// server may answer to the request, the ending and the time for it. It reports whether the
// RFCs decide what a peer has to do.
func (u UserCase) predict(opening **cases.Opening, accept *[]cases.Outcome, ending *cases.Ending, limit *cases.Limit, c cases.Case, role cases.Role) (known bool) {
	c.Role = cmp.Or(c.Role, role)
	*limit = c.PredictLimit()
	outcomes, end := c.Predict()
	if u.NoAccept {
		*accept = outcomes
		if answered := c.PredictOpening(); answered != c.Opening {
			*opening = answered
		}
	}
	if u.NoEnding {
		*ending = end
	}
	stance, _ := c.Stance()
	return end.Grade != cases.Informational && stance != cases.MayEither
}

// says is what reports say of where the expectation comes from.
func (u UserCase) says(known bool) string {
	what := "What is accepted and how the connection has to end come"
	switch {
	case !u.NoEnding:
		what = "What is accepted comes"
	case !u.NoAccept:
		what = "How the connection has to end comes"
	}
	says := what + " from the model of a conforming peer."
	if !known {
		says += " It cannot say what a peer has to do here, so that the case is INFORMATIONAL unless it says so itself."
	}
	return says
}

// Own are the cases of files for peers of a role. No two may have the same id.
func Own(files []string, role cases.Role) ([]cases.Case, error) {
	var list []cases.Case
	var errs []error
	seen := make(map[cases.ID]Position)
	for _, file := range files {
		read, err := ReadCases(file)
		errs = append(errs, err)
		for _, u := range read {
			if first, again := seen[u.Case.ID]; again {
				errs = append(errs, u.At.Errorf("there is another case %s, at %v", u.Case.ID, first))
				continue
			}
			seen[u.Case.ID] = u.At
			list = append(list, u.For(role))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return list, nil
}
