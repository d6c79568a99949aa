package cases

import (
	"encoding/hex"
	"fmt"
	"slices"

	"gobahn/cases/corpus"
)

// Validate reports what in c cannot be played or judged, naming the step. It
// does not ask whether c is conformant: that is what cases are not.
func (c Case) Validate() error {
	if c.ID == "" {
		return fmt.Errorf("case without an id")
	}
	if err := c.Deflate.validate(); err != nil {
		return fmt.Errorf("case %s: %w", c.ID, err)
	}
	for i, step := range c.Script {
		if err := validateStep(step); err != nil {
			return fmt.Errorf("case %s: step %d: %w", c.ID, i+1, err)
		}
	}
	for i, o := range c.Accept {
		if !slices.Contains(Verdicts, o.Verdict) {
			return fmt.Errorf("case %s: outcome %d: verdict %q: want one of %v", c.ID, i+1, o.Verdict, Verdicts)
		}
	}
	e := c.Ending
	if e.Fatal != "" && e.Fatal != WrongSide && e.Fatal != WrongCode {
		return fmt.Errorf("case %s: ending: fatal %q: want %q or %q", c.ID, e.Fatal, WrongSide, WrongCode)
	}
	if e.Grade != "" && !slices.Contains(Verdicts, e.Grade) {
		return fmt.Errorf("case %s: ending: grade %q: want one of %v", c.ID, e.Grade, Verdicts)
	}
	return nil
}

// validateStep reports what in step cannot be played.
func validateStep(step Step) error {
	switch s := step.(type) {
	case Frame:
		return s.validate()
	case Split:
		return s.validate()
	case Message:
		return s.validate()
	case Raw:
		return first(s.Octets.scripted(), s.Wire.validate())
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
	at := 0
	for _, p := range s.Pauses {
		if p.At < at || p.At > s.Frame.Payload.Size() {
			return fmt.Errorf("split: pause at octet %d: want them in order and within the payload of %d octets", p.At, s.Frame.Payload.Size())
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

// first is the first of errs that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
