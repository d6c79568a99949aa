package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gobahn/cases"
	"gobahn/templates"
	"gobahn/wire"
)

// casesCommand lists cases.
func casesCommand() *cobra.Command {
	var asJSON, asYAML, schema bool
	var files caseFiles
	cmd := &cobra.Command{
		Use:   "cases [PATTERN...]",
		Short: "List the cases there are",
		Example: `  wstest cases
  wstest cases '6.*' 7.1.1
  wstest cases --json | jq -r '.[].id'
  wstest cases --yaml 3.6 > mine.yaml
  wstest cases --case-file mine.yaml
  wstest cases --schema > case.schema.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if given := chosen(cmd, "json", "yaml", "schema"); len(given) > 1 {
				return usagef("%s: give one of them", strings.Join(given, " and "))
			}
			if schema {
				return writeCaseSchema(cmd.OutOrStdout())
			}
			if len(args) == 0 && len(files.files) == 0 {
				args = allCases
			}
			s, err := files.with(selection{cases: patterns(args)}, "", "")
			if err != nil {
				return err
			}
			list, err := s.list(cmd.ErrOrStderr())
			switch {
			case err != nil:
				return err
			case asYAML:
				return writeCases(cmd.OutOrStdout(), list)
			case asJSON:
				return writeJSON(cmd.OutOrStdout(), list)
			}
			for _, c := range list {
				fmt.Fprintf(cmd.OutOrStdout(), "%-8s %s\n", c.ID, templates.Legible(c.Description))
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "all there is to know, as JSON")
	f.BoolVar(&asYAML, "yaml", false, "as a file of cases, which --case-file reads")
	f.BoolVar(&schema, "schema", false, "print the JSON Schema of such files, for editors, instead")
	files.flags(cmd)
	return cmd
}

// chosen are those of the flags that are set.
func chosen(cmd *cobra.Command, names ...string) (given []string) {
	for _, name := range names {
		if set, _ := cmd.Flags().GetBool(name); set {
			given = append(given, "--"+name)
		}
	}
	return given
}

// explainCommand says what a case is about.
func explainCommand() *cobra.Command {
	var r runFlags
	cmd := &cobra.Command{
		Use:   "explain CASE",
		Short: "Say what a case sends, what is accepted and why, and how to reproduce it",
		Example: `  wstest explain 3.6
  wstest explain 14.2.1/3
  wstest explain 2.10 --profile rfc`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("want the id of a case: wstest explain 3.6")
			}
			profile, err := cases.ParseProfile(r.profileName)
			if err != nil {
				return usagef("--profile: %w", err)
			}
			id, _ := cases.ID(args[0]).Part()
			s, err := r.caseFiles.with(selection{cases: patterns([]string{string(id)})}, "", "")
			if err != nil {
				return err
			}
			list, err := s.list(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := narrow(list, cases.ID(args[0])); err != nil {
				return err
			}
			for i, c := range list {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				explain(cmd.OutOrStdout(), c.Under(profile, true)) // which has all overrides
				explainProfile(cmd.OutOrStdout(), c, profile)
				fmt.Fprintln(cmd.OutOrStdout())
				explainCommands(cmd.OutOrStdout(), c)
			}
			return nil
		},
	}
	r.profileFlag(cmd)
	r.caseFiles.flags(cmd)
	return cmd
}

// narrow puts the part of a case that was asked for in the place of the case.
func narrow(list []cases.Case, asked cases.ID) error {
	id, part := asked.Part()
	i := slices.IndexFunc(list, func(c cases.Case) bool { return c.ID == id })
	if asked == id || i < 0 {
		return nil
	}
	parts := list[i].Parts()
	if part < 0 || part >= len(parts) {
		return usagef("case %s has %s, there is no %s", id, plural(len(list[i].Variants), "variant"), asked)
	}
	list[i] = parts[part]
	return nil
}

// explainCommands writes how c is played.
func explainCommands(out io.Writer, c cases.Case) {
	word := "try"
	if c.Role != cases.Client {
		fmt.Fprintf(out, "%-8s %s\n", word, templates.ServerCommand(c, c.ID, "ws://127.0.0.1:9001", ""))
		word = ""
	}
	if c.Role != cases.Server {
		fmt.Fprintf(out, "%-8s %s\n         %s\n", word, templates.ClientCommand(c, ""), templates.ClientNote(c))
	}
}

// explainProfile writes what a profile says of c, and by which clause.
func explainProfile(out io.Writer, c cases.Case, p cases.Profile) {
	word := "profile"
	line := func(text string) {
		fmt.Fprintf(out, "%-8s %s\n", word, templates.Legible(text))
		word = ""
	}
	for _, o := range c.Overriding(p, true) {
		whom := ""
		if o.ClientOnly {
			whom = " of clients"
		}
		line(fmt.Sprintf("%s%s: %s", o.Profile, whom, o.Reason()))
	}
	for _, r := range cases.Rules {
		if r.About(p, c.Under(p, true)) {
			line(fmt.Sprintf("%s if %s: %s", r.Profile, r.When, r.Reason()))
		}
	}
}

// explain writes what c is about.
func explain(out io.Writer, c cases.Case) {
	number := ""
	if n := cases.Number(c.ID); n > 0 {
		number = fmt.Sprintf(" (number %d)", n)
	}
	fmt.Fprintf(out, "case     %s%s\n         %s\n", c.ID, number, templates.Legible(c.Description))
	if len(c.Spec) > 0 {
		fmt.Fprintf(out, "clause   %s\n", templates.Legible(strings.Join(c.Spec, ", ")))
	}
	explainRequirements(out, c.Requirements)
	if c.Deflate != nil && len(c.Deflate.Offer) > 0 {
		fmt.Fprintf(out, "offers   %s\n", wire.Offers(c.Deflate.Offer))
	}
	for _, line := range c.Deflate.Lines() {
		fmt.Fprintf(out, "field    %s\n", templates.Legible(line))
	}
	for i, v := range c.Variants {
		fmt.Fprintf(out, "%-8s %s\n", cases.PartID("", i), templates.Legible(v.Name))
	}
	explainOpening(out, c)
	if len(c.Variants) == 0 || len(c.Script) > 0 {
		explainScript(out, c)
	}
	fmt.Fprintf(out, "why      %s\n", templates.Legible(c.Expectation))
	limit := "failed by us"
	if c.Limit.Close {
		limit = "closed by us"
	}
	fmt.Fprintf(out, "limit    %s, then it is %s\n", c.Limit.Time(), limit)
}

// explainOpening writes what is special about our half of the opening handshake, what the
// peer may make of that, and what the model says of it.
func explainOpening(out io.Writer, c cases.Case) {
	for i, line := range c.Opening.Lines() {
		fmt.Fprintf(out, "%-8s %s\n", first("opening", i), templates.Legible(line))
	}
	if c.Opening != nil {
		for _, a := range c.Opening.Answers {
			fmt.Fprintf(out, "%-8s answer %s\n", verdictWord(a.Verdict), templates.Legible(a.String()))
		}
	}
	if stance, why := c.Stance(); why != "" && len(c.Variants) == 0 {
		fmt.Fprintf(out, "model    %s: %s\n", stance, why)
	}
}

// first is word in the first of several lines.
func first(word string, i int) string {
	if i > 0 {
		return ""
	}
	return word
}

// explainScript writes what is sent and what is accepted on a WebSocket, unless none may be
// opened.
func explainScript(out io.Writer, c cases.Case) {
	if len(c.Script) == 0 && !c.Opening.Opens() {
		return
	}
	if len(c.Script) == 0 {
		fmt.Fprintln(out, "sent     nothing")
	}
	for i, step := range c.Script {
		fmt.Fprintf(out, "%-8s %s\n", first("sent", i), templates.Legible(step.String()))
		if octets := stepOctets(step); octets != "" {
			fmt.Fprintf(out, "         %s\n", octets)
		}
	}
	for _, o := range c.Accept {
		fmt.Fprintf(out, "%-8s %s\n", verdictWord(o.Verdict), templates.Legible(o.String()))
	}
	fmt.Fprintf(out, "ending   %s\n", c.Ending)
}

// verdictWord is what an outcome is worth, in small letters.
func verdictWord(v cases.Verdict) string { return strings.ToLower(string(v)) }

// stepOctets is the beginning of the octets of a step as a server sends them: a
// client would mask them.
func stepOctets(step cases.Step) string {
	var octets []byte
	switch s := step.(type) {
	case cases.Frame:
		octets = frameOctets(s)
	case cases.Split:
		octets = frameOctets(s.Frame)
	case cases.SendClose:
		octets = frameOctets(cases.Frame{Opcode: cases.OpClose, Payload: s.Payload})
	case cases.Raw:
		octets = s.Octets.Octets()
	}
	if octets == nil {
		return ""
	}
	const most = 48
	if len(octets) > most {
		return fmt.Sprintf("% x … %d octets", octets[:most], len(octets))
	}
	return fmt.Sprintf("% x", octets)
}

func frameOctets(f cases.Frame) []byte {
	return wire.AppendFrame(nil, wire.FrameHeader(f, false, [4]byte{}), f.Payload.Octets(), f.Mask.Raw)
}
