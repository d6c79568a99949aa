package cases

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gobahn/cases/corpus"
)

// Validate reports what in c cannot be played or judged, naming the step. It
// does not ask whether c is conformant: that is what cases are not.
func (c Case) Validate() error {
	if c.ID == "" {
		return fmt.Errorf("case without an id")
	}
	if err := first(c.Opening.validate(), c.Deflate.validate(), c.validateRest()); err != nil {
		return fmt.Errorf("case %s: %w", c.ID, err)
	}
	if len(c.Variants) > 0 {
		return c.validateVariants()
	}
	for i, step := range c.Script {
		if err := ValidateStep(step); err != nil {
			return fmt.Errorf("case %s: step %d: %w", c.ID, i+1, err)
		}
	}
	if err := first(validateAccept(c.Accept), c.Ending.validate(), validateRequirements(c.Requirements)); err != nil {
		return fmt.Errorf("case %s: %w", c.ID, err)
	}
	for i, o := range c.Overrides {
		if err := o.validate(c.Overrides[:i]); err != nil {
			return fmt.Errorf("case %s: override %d: %w", c.ID, i+1, err)
		}
	}
	return nil
}

// validateVariants reports what is wrong with the parts of c.
func (c Case) validateVariants() error {
	names := make(map[string]bool)
	for i, v := range c.Variants {
		switch {
		case v.Name == "":
			return fmt.Errorf("case %s: variant %d has no name", c.ID, i+1)
		case names[v.Name]:
			return fmt.Errorf("case %s: variant %d: there is another named %q", c.ID, i+1, v.Name)
		}
		names[v.Name] = true
	}
	for _, part := range c.Parts() {
		if err := part.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// validateRest reports what is wrong with what few cases have.
func (c Case) validateRest() error {
	for _, one := range c.Checks {
		if !slices.Contains(Checks, one) {
			return fmt.Errorf("check %q: want one of %s", one, commas(Checks))
		}
	}
	for _, need := range c.Needs {
		if !slices.Contains(Needs, need) {
			return fmt.Errorf("need %q: want one of %s", need, commas(Needs))
		}
	}
	for _, tag := range c.Tags {
		if tag != Slow && tag != Heavy && tag != Handshake {
			return fmt.Errorf("tag %q: want %s, %s or %s", tag, Slow, Heavy, Handshake)
		}
	}
	switch {
	case c.Role != "" && c.Role != Server && c.Role != Client:
		return fmt.Errorf("role %q: want %s or %s", c.Role, Server, Client)
	case c.Growth != 0 && (len(c.Variants) == 0 || len(c.Variants)%2 != 0):
		return fmt.Errorf("growth is of pairs of variants, there are %d", len(c.Variants))
	case c.Growth < 0 || c.GrowthFrom < 0 || c.Memory < 0 || c.Limit.Octets < 0:
		return fmt.Errorf("growth, memory and octets cannot be negative")
	}
	return c.Crowd.validate()
}

func (c *Crowd) validate() error {
	if c == nil {
		return nil
	}
	if c.Count < 1 || c.Count > maxCrowd {
		return fmt.Errorf("crowd: count %d: want 1 to %d", c.Count, maxCrowd)
	}
	for i, step := range c.Script {
		if err := ValidateStep(step); err != nil {
			return fmt.Errorf("crowd: step %d: %w", i+1, err)
		}
	}
	return c.Opening.validate()
}

// maxCrowd bounds the connections of one case.
const maxCrowd = 10_000

// validateAccept reports what in accept cannot be judged.
func validateAccept(accept []Outcome) error {
	for i, o := range accept {
		switch {
		case !slices.Contains(Verdicts, o.Verdict):
			return fmt.Errorf("outcome %d: verdict %q: want one of %s", i+1, o.Verdict, commas(Verdicts))
		case o.MayMiss < 0 || o.MayMiss > len(o.Events):
			return fmt.Errorf("outcome %d: of %d events %d may be missing", i+1, len(o.Events), o.MayMiss)
		case o.Ending != nil && o.Ending.validate() != nil:
			return fmt.Errorf("outcome %d: %w", i+1, o.Ending.validate())
		}
	}
	return nil
}

func (e Ending) validate() error {
	switch {
	case e.Fatal != "" && e.Fatal != WrongSide && e.Fatal != WrongCode && e.Fatal != Stayed:
		return fmt.Errorf("ending: fatal %q: want %q, %q or %q", e.Fatal, WrongSide, WrongCode, Stayed)
	case e.Grade != "" && !slices.Contains(Verdicts, e.Grade):
		return fmt.Errorf("ending: grade %q: want one of %s", e.Grade, commas(Verdicts))
	case e.NoClose != "" && !slices.Contains(Verdicts, e.NoClose):
		return fmt.Errorf("ending: noClose %q: want one of %s", e.NoClose, commas(Verdicts))
	}
	return nil
}

// validate reports what is wrong with o, which comes after earlier ones.
func (o Override) validate(earlier []Override) error {
	again := func(e Override) bool { return e.Profile == o.Profile && e.ClientOnly == o.ClientOnly }
	stricter := func(e Override) bool { return e.Profile == Strict && o.Profile == RFC }
	switch {
	case !slices.Contains(Profiles[1:], o.Profile):
		return fmt.Errorf("profile %q: want one of %s", o.Profile, commas(Profiles[1:]))
	case slices.ContainsFunc(earlier, again):
		return fmt.Errorf("there is one for profile %s already", o.Profile)
	case slices.ContainsFunc(earlier, stricter):
		return fmt.Errorf("profile %s comes after %s, which includes it", o.Profile, Strict)
	case o.Accept == nil && o.Ending == nil:
		return fmt.Errorf("it changes neither what is accepted nor the ending")
	case o.Clause == "" || o.Why == "":
		return fmt.Errorf("it says no clause or not why")
	case o.Ending != nil:
		return first(validateAccept(o.Accept), o.Ending.validate())
	}
	return validateAccept(o.Accept)
}

// ValidateStep reports what in step cannot be played.
func ValidateStep(step Step) error {
	switch s := step.(type) {
	case Frame:
		return s.validate()
	case Split:
		return s.validate()
	case Message:
		return s.validate()
	case Blocks:
		return s.validate()
	case Raw:
		return first(s.Octets.scripted(), s.Wire.validate())
	case Flood:
		if s.Count < 1 {
			return fmt.Errorf("flood: count %d: want at least 1", s.Count)
		}
		return s.Frame.validate()
	case Echo:
		if s.Count < 1 {
			return fmt.Errorf("echo: count %d: want at least 1", s.Count)
		}
		return s.Message.validate()
	case SendClose:
		return s.Payload.scripted()
	case nil:
		return fmt.Errorf("no step")
	}
	return nil
}

func (f Frame) validate() error {
	switch key, err := hex.DecodeString(f.Mask.Key); {
	case f.Opcode > 15:
		return fmt.Errorf("frame: opcode %d does not fit four bits", f.Opcode)
	case f.RSV > 7:
		return fmt.Errorf("frame: rsv %d does not fit three bits", f.RSV)
	case f.Mask.Key != "" && (err != nil || len(key) != 4):
		return fmt.Errorf("frame: masking key %q: want eight hex digits", f.Mask.Key)
	case f.Length.Bits != 0 && f.Length.Bits != 7 && f.Length.Bits != 16 && f.Length.Bits != 64:
		return fmt.Errorf("frame: length of %d bits: want 7, 16 or 64", f.Length.Bits)
	case f.Length.Bits == 7 && f.claimed() > 125, f.Length.Bits == 16 && f.claimed() > 0xFFFF:
		return fmt.Errorf("frame: length %d does not fit %d bits", f.claimed(), f.Length.Bits)
	}
	if f.Cut < 0 {
		return fmt.Errorf("frame: cut %d is negative", f.Cut)
	}
	return first(f.Payload.scripted(), f.Wire.validate())
}

// claimed is the value of the length field.
func (f Frame) claimed() uint64 {
	if f.Length.Claim != nil {
		return *f.Length.Claim
	}
	return uint64(f.Payload.Size())
}

func (s Split) validate() error {
	at, end, of := 0, s.Frame.Payload.Size(), "payload"
	if s.Whole {
		end, of = end+2, "frame" // at least: with key and length it has up to 14 more than its payload
	}
	for _, p := range s.Pauses {
		if p.At < at || p.At > end {
			return fmt.Errorf("split: pause at octet %d: want them in order and within the %s of %d octets", p.At, of, end)
		}
		at = p.At
	}
	return s.Frame.validate()
}

func (m Message) validate() error {
	if m.Fragment < 0 {
		return fmt.Errorf("message: fragment %d is negative", m.Fragment)
	}
	return first(m.Payload.scripted(), m.corpus(), m.Wire.validate())
}

// corpus reports why m cannot be taken from its corpus.
func (m Message) corpus() error {
	if m.Payload.Corpus == "" || m.Payload.Len == 0 {
		return nil
	}
	_, err := corpus.NewReel(m.Payload.Corpus, m.Payload.Len, !m.Binary)
	return err
}

func (w Wire) validate() error {
	if w.Chop < 0 {
		return fmt.Errorf("wire: chop %d is negative", w.Chop)
	}
	return nil
}

// commas are the words of list, with commas between them.
func commas[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, one := range list {
		words[i] = string(one)
	}
	return strings.Join(words, ", ")
}

// first is the first of errs that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
