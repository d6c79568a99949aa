package report

import (
	"bufio"
	"context"
	"errors"
	"io"

	"gobahn/cases"
	"gobahn/templates"
)

// WriteSingle writes the whole report as one HTML file, of which nothing leads outside.
func (r *Results) WriteSingle(w io.Writer) error {
	r.w.single = true
	overview := r.w.overview(cases.AllChapters())
	overview.Alone, overview.Requirements = true, "#"+templates.SheetID("requirements")
	pages := func(yield func(templates.Page, error) bool) {
		for one, err := range r.All() {
			if err != nil {
				yield(templates.Page{}, err)
				return
			}
			k := r.w.key(one)
			if !yield(r.w.page(one, r.w.entries[k], r.w.links(k, false)), nil) {
				return
			}
		}
	}
	out := bufio.NewWriterSize(w, 256<<10)
	err := templates.SingleFile(overview, r.w.requirements(), pages).Render(context.Background(), out)
	return errors.Join(err, out.Flush())
}
