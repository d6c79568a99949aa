package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gobahn/cases"
)

// file writes a file and returns its path.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func outcomes(t *testing.T, path string) *Outcomes {
	t.Helper()
	o, err := ReadOutcomes(path)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// What is compared of a run is the same from all of its files, but for what an
// index.json does not have.
func TestOutcomesAreTheSameFromAllFiles(t *testing.T) {
	records := []Record{case36(), played("b", "1.1.1", cases.OK, cases.OK)}
	done, killed := write(t, true, records...), write(t, false, records...)
	want := outcomes(t, done)
	if _, ok := want.Of("stratus@2", "3.6"); !ok || len(want.Agents) != 2 {
		t.Fatalf("outcomes are %+v", want)
	}
	for _, path := range []string{filepath.Join(done, resultsJSON), killed, filepath.Join(killed, journalName)} {
		if diff := cmp.Diff(want.of, outcomes(t, path).of, cmp.AllowUnexported(key{}, Outcome{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
	index := outcomes(t, filepath.Join(done, indexJSON))
	if diff := cmp.Diff(want.of, index.of, cmp.AllowUnexported(key{}, Outcome{}), cmpopts.IgnoreFields(Outcome{}, "Headline")); diff != "" {
		t.Errorf("index.json (-want +got)\n%s", diff)
	}
}

// The reference's files are read, and those of others who write more keys.
func TestIndexOfOthersIsRead(t *testing.T) {
	path := file(t, "index.json", `{
   "Tungstenite": {
      "1.1.1": {
         "behavior": "OK",
         "behaviorClose": "FAILED BY CLIENT",
         "duration": 1,
         "remoteCloseCode": 1000,
         "reportfile": "tungstenite_case_1_1_1.json"
      },
      "3.6": {"behavior": "NON-STRICT", "behaviorClose": "OK", "remoteCloseCode": null, "extra": [{"a": 1}]}
   },
   "none": {}
}`)
	normal := uint16(1000)
	want := map[key]Outcome{
		{"Tungstenite", "1.1.1"}: {
			Agent: "Tungstenite", Case: "1.1.1", Behaviour: cases.OK, Close: cases.FailedByClient, CloseCode: &normal, Duration: cases.Second / 1000,
		},
		{"Tungstenite", "3.6"}: {Agent: "Tungstenite", Case: "3.6", Behaviour: cases.NonStrict, Close: cases.OK},
	}
	if diff := cmp.Diff(want, outcomes(t, path).of, cmp.AllowUnexported(key{}, Outcome{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFaultsInOutcomes(t *testing.T) {
	const one = `{"behavior": "OK", "behaviorClose": "OK"}`
	for _, test := range []struct{ text, want string }{
		{``, `index.json:1:1: the file ends in the middle: it is not whole`},
		{`{}`, `index.json: there is no case in it`},
		{`{"a": {}}`, `index.json: there is no case in it`},
		{`[]`, `index.json:1:2: found [, want '{'`},
		{`<html>`, `index.json:1:1: invalid character '<' looking for beginning of value`},
		{`{"a": [1]}`, `index.json:1:8: found [, want an object with the cases of agent "a"`},
		{"{\"a\":\n {\"1.1.1\": \"OK\"}}", `index.json:2:16: found OK, want an object with the verdicts of case 1.1.1`},
		{`{"a": {"1.1.1": {"behavior": "ERROR"}}}`, `index.json:1:30: "behavior" of case 1.1.1: found "ERROR", want one of OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED, FAILED, WRONG CODE, UNCLEAN, FAILED BY CLIENT`},
		{`{"a": {"1.1.1": {"behavior": "OK", "behaviorClose": null}}}`, `index.json:1:53: "behaviorClose" of case 1.1.1: found null, want one of OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED, FAILED, WRONG CODE, UNCLEAN, FAILED BY CLIENT`},
		{`{"a": {"1.1.1": {"behavior": "OK"}}}`, `index.json:1:34: case 1.1.1 of agent "a": there is no "behaviorClose"`},
		{`{"a": {"name": {"x": 1}}}`, `index.json:1:23: case name of agent "a": there is no "behavior": want an index.json or a results.json`},
		{`{"a": {"1.1.1": {"behavior": "OK", "behaviorClose": "OK", "remoteCloseCode": 70000}}}`, `index.json:1:78: "remoteCloseCode" of case 1.1.1: found 70000, want a close code or null`},
		{`{"a": {"1.1.1": {"behavior": "OK", "behaviorClose": "OK", "duration": "long"}}}`, `index.json:1:71: "duration" of case 1.1.1: found "long", want milliseconds`},
		{`{"a": {"1.1.1": ` + one + `, "1.1.1": ` + one + `}}`, `index.json:1:66: case 1.1.1 of agent "a" is there twice`},
		{`{"a": {"": ` + one + `}}`, `index.json:1:9: case "": want an id, like 1.1.1`},
		{`{"a": {"1.1.1": ` + one + `}`, `index.json:1:59: the file ends in the middle: it is not whole`},
		{`{"a": {"1.1.1": ` + one + `}} {}`, `index.json:1:62: something follows the results`},
		{`{"format": "gobahn-results", "version": 9, "runs": [], "results": []}`, `index.json:1:65: "version" is 9: this program reads version 1`},
		{`{"format": "other", "version": 1}`, `index.json:1:34: this is no file with results: want "format": "gobahn-results" before the results`},
	} {
		path := file(t, "index.json", test.text)
		_, err := ReadOutcomes(path)
		if got := strings.TrimPrefix(errorText(err), filepath.Dir(path)+"/"); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.text, got, test.want)
		}
	}
	if _, err := ReadOutcomes(t.TempDir()); err == nil || !strings.HasSuffix(err.Error(), ": there is none of results.json, results.jsonl and index.json: want the directory of a report") {
		t.Errorf("an empty directory: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What an agent is called is no kind of file.
func TestAgentCalledFormatIsAnAgent(t *testing.T) {
	o := outcomes(t, file(t, "x", `{"format": {"1.1.1": {"behavior": "OK", "behaviorClose": "OK"}}}`))
	if diff := cmp.Diff([]string{"format"}, o.Agents); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// FuzzIndex wants outcomes or an error with a place of every text.
func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"a": {"7.9.6": {"behavior": "OK", "behaviorClose": "OK", "duration": 1, "remoteCloseCode": null, "reportfile": "../x"}}}`))
	f.Add([]byte(`{"a": {"7.9.13": {"behavior": "NON-STRICT", "behaviorClose": "WRONG CODE", "x": {}}}, "b": {}}`))
	f.Add([]byte(`{"a": [1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		o := &Outcomes{Source: "index.json"}
		if err := o.readIndex(bytes.NewReader(text)); err != nil {
			if !strings.HasPrefix(err.Error(), "index.json:") {
				t.Errorf("error without a place: %v", err)
			}
			return
		}
		for k, one := range o.of {
			if rank(one.Behaviour) < 0 || rank(one.Close) < 0 || one.Duration < 0 {
				t.Errorf("%v: %+v", k, one)
			}
		}
		if c := Compare(o, o); len(c.Changes) > 0 {
			t.Errorf("it differs from itself: %+v", c.Changes)
		}
	})
}
