package cases

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChaptersAboutFramesAreSound(t *testing.T) {
	seen := map[ID]bool{}
	for _, chapter := range []Chapter{masking, payloadLengths, closingAndTCP} {
		for _, c := range chapter.Cases {
			if err := c.Validate(); err != nil {
				t.Error(err)
			}
			if seen[c.ID] || c.Expectation == "" || c.Description == "" || len(c.Spec) == 0 || len(c.Requirements) == 0 {
				t.Errorf("%s: comes twice, or lacks words, clauses or requirements", c.ID)
			}
			seen[c.ID] = true
			b, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatalf("%s: %v\n%s", c.ID, err, b)
			}
			if diff := cmp.Diff(c, back, sameFacts); diff != "" {
				t.Errorf("%s comes back as another case:\n%s", c.ID, diff)
			}
		}
	}
}
