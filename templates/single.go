package templates

import (
	"context"
	_ "embed"
	"io"
	"iter"

	"github.com/a-h/templ"
)

//go:embed single.css
var singleCSS string

// ofSingle is the extra of a whole report in one page: the styles of all it is made of,
// and the script of the overview. That of a case's page is for a page by itself.
var ofSingle = extra{styleElement(overviewStyle + pageStyle + requirementsStyle + singleCSS), scriptElement(overviewScript)}

// Pages are the pages of cases, one at a time. An error is the last there is.
type Pages iter.Seq2[Page, error]

// SheetID is the id of a page in a single file, by the anchor of its cell.
func SheetID(anchor string) string { return "page-" + anchor }

// sheets writes pages as they come.
func sheets(pages Pages) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for page, err := range pages {
			if err == nil {
				err = sheet(page).Render(ctx, w)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
