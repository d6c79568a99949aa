package report

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gobahn/cases"
	"gobahn/cases/requirements"
	"gobahn/templates"
)

// asClient is a record of a client.
func asClient(r Record) Record {
	r.Observation.Server = true
	return r
}

// naming is a record of a case that names these requirements.
func naming(r Record, ids ...string) Record {
	r.Case.Requirements = ids
	return r
}

// failing is a record with a headline, which is what makes it a failure.
func failing(r Record) Record {
	r.Result.Headline = "wrong close"
	return r
}

// requirementRows are the rows of requirements.html by the ids of requirements: the cells
// behind the requirement and its level.
func requirementRows(t *testing.T, w *Writer) (rows map[string][]string, links map[string][]string) {
	t.Helper()
	rows, links = map[string][]string{}, map[string][]string{}
	doc := parse(t, read(t, w, "requirements.html"))
	for _, tr := range elements(doc, "tr") {
		id := attribute(tr, "id")
		for _, td := range elements(tr, "td") {
			rows[id] = append(rows[id], spacedText(td))
		}
		for _, a := range elements(tr, "a") {
			links[id] = append(links[id], attribute(a, "href"))
		}
	}
	return rows, links
}

// spacedText is the text of n with a space between elements.
func spacedText(n *html.Node) string {
	var words []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			words = append(words, strings.Fields(d.Data)...)
		}
	}
	return strings.Join(words, " ")
}

func TestARequirementHasTheWorstVerdictOfItsCases(t *testing.T) {
	w := open(t)
	const good, fair, bad = "server", "so-so server", "<b>client</b>"
	for _, r := range []Record{
		played(good, "7.1.6", cases.Informational, cases.Informational),
		played(good, "7.1.1", cases.OK, cases.OK),
		played(good, "3.1", cases.OK, cases.OK),
		naming(played(good, "user/mine", cases.OK, cases.OK), "RFC6455-5.2-b", "RFC6455-5.1-b", "no such thing"),
		played(fair, "3.1", cases.OK, cases.NonStrict),
		played(fair, "3.2", cases.NonStrict, cases.OK),
		played(fair, "3.3", cases.Unimplemented, cases.OK),
		failing(played(fair, "7.1.1", cases.OK, cases.FailedByClient)),
		asClient(played(bad, "3.2", cases.OK, cases.OK)),
		failing(asClient(played(bad, "3.3", cases.OK, cases.WrongCodeSent))),
		asClient(played(bad, "1.1.1", cases.OK, cases.OK)),
	} {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	rows, links := requirementRows(t, w)
	counts := regexp.MustCompile(`,? \d+ of \d+ played$`) // which grows with the catalogue
	for id, want := range map[string][]string{
		"RFC6455-5.2-b":   {"Pass", "Non-Strict 3.1", "Fail 3.3"},
		"RFC6455-5.2-c":   {"Not played", "Not played", "Not played"},
		"RFC6455-5.1-a":   {"–", "–", "Pass"},
		"RFC6455-5.1-b":   {"–", "–", "Not played"}, // of a client
		"RFC6455-5.5.1-h": {"Pass", "Non-Strict 7.1.1", "Not played"},
		"RFC6455-5.5.1-g": {"Informational 7.1.6", "Not played", "Not played"},
		"RFC6455-5.2-h":   {"Cannot be observed: extension data cannot be told from application data."},
		"RFC8441-3-a":     {"Not tested: the tester does not speak HTTP/2."},
	} {
		got := rows[id]
		got = slices.Clone(got[max(0, len(got)-len(want)):])
		for i := range got {
			got[i] = counts.ReplaceAllString(got[i], "")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	for _, want := range []string{"index.html#row-3.1", "index.html#row-user/mine", "server_case_3_1.html", "so_so_server_case_3_1.html", "b_client__b_case_3_3.html"} {
		if !slices.Contains(links["RFC6455-5.2-b"], want) {
			t.Errorf("links %q: want %s among them", links["RFC6455-5.2-b"], want)
		}
	}
}

// TestTheRequirementsOfACaseAreOnItsPage also follows the link to the requirement.
func TestTheRequirementsOfACaseAreOnItsPage(t *testing.T) {
	r := case36()
	r.Case.Requirements = []string{"RFC6455-5.2-b", "RFC6455-99-z"}
	w, doc := addOne(t, r)
	list := elements(withClass(doc, "details", "requirements")[0], "li")
	if diff := cmp.Diff([]string{
		"RFC6455-5.2-b MUST: The receiver fails the connection when a reserved bit is 1 that no agreed extension uses.",
		"RFC6455-99-z",
	}, texts(list)); diff != "" {
		t.Errorf("requirements (-want +got):\n%s", diff)
	}
	link := attribute(elements(list[0], "a")[0], "href")
	name, anchor, _ := strings.Cut(link, "#")
	found := false
	for _, tr := range elements(parse(t, read(t, w, name)), "tr") {
		found = found || attribute(tr, "id") == anchor
	}
	if !found || len(elements(list[1], "a")) > 0 {
		t.Errorf("%s leads nowhere, or an unknown requirement has a link", link)
	}
}

// BenchmarkRequirements makes the page of twenty agents that played everything there is,
// and half as much again under other ids.
func BenchmarkRequirements(b *testing.B) {
	w := newWriter()
	for i := range 20 {
		agent := fmt.Sprintf("agent %d", i)
		for j, c := range cases.Catalogue {
			r := played(agent, c.ID, cases.OK, cases.OK)
			r.Case = c
			w.note(r)
			if j%2 == 0 {
				r.Case.ID = "user/" + c.ID
				w.note(r)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := templates.RequirementsPage(w.requirements()).Render(context.Background(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// TestCasesForTheOtherRoleDoNotConcernAnAgent has three cases, of which one is for both.
func TestCasesForTheOtherRoleDoNotConcernAnAgent(t *testing.T) {
	w := open(t)
	for _, r := range []Record{played("server", "1.1.1", cases.OK, cases.OK), asClient(played("client", "1.1.1", cases.OK, cases.OK))} {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	ids := []cases.ID{"1.1.1", "14.1.1", "14.1.2"}
	whose := map[cases.ID]cases.Role{"14.1.1": cases.Server, "14.1.2": cases.Server}
	got := map[requirements.Party][]templates.RequirementCell{}
	for _, party := range []requirements.Party{requirements.Server, requirements.Both, requirements.Intermediary} {
		got[party] = w.blank(requirements.Requirement{Binds: party}, ids, whose)
	}
	if diff := cmp.Diff(map[requirements.Party][]templates.RequirementCell{
		requirements.Server:       {{Of: 3}, {Of: 1, Unbound: true}},
		requirements.Both:         {{Of: 3}, {Of: 1}},
		requirements.Intermediary: {{Of: 3, Unbound: true}, {Of: 1, Unbound: true}},
	}, got); diff != "" {
		t.Errorf("cells of server and client (-want +got):\n%s", diff)
	}
}
