package web

import (
	"slices"
	"strings"

	"gobahn/cases"
	"gobahn/templates"
)

// chapters groups the cases of a run, which are in order.
func chapters(list []cases.Case) (groups []templates.SiteChapter) {
	for i, c := range list {
		number := c.ID.Chapter()
		if len(groups) == 0 || groups[len(groups)-1].Number != number {
			groups = append(groups, templates.SiteChapter{Number: number, Title: chapterOf(number).Title})
		}
		chapter := &groups[len(groups)-1]
		row := rowOf(c.ID)
		if n := len(chapter.Sections); n == 0 || chapter.Sections[n-1].Number != row {
			chapter.Sections = append(chapter.Sections, templates.SiteSection{Number: row, Title: sectionTitle(row)})
		}
		section := &chapter.Sections[len(chapter.Sections)-1]
		section.Cases = append(section.Cases, templates.SiteCase{Number: i + 1, ID: c.ID, Description: c.Description})
	}
	return groups
}

// rowOf is the id without its last part: cases that share it share a row.
func rowOf(id cases.ID) string {
	if i := strings.LastIndexByte(string(id), '.'); i > 0 {
		return string(id[:i])
	}
	return string(id)
}

// chapterOf is the chapter with the number, or one without a title.
func chapterOf(number string) cases.Chapter {
	i := slices.IndexFunc(cases.AllChapters(), func(c cases.Chapter) bool { return c.Number == number })
	if i < 0 {
		return cases.Chapter{}
	}
	return cases.AllChapters()[i]
}

func sectionTitle(number string) string {
	chapter, _, _ := strings.Cut(number, ".")
	for _, section := range chapterOf(chapter).Sections {
		if section.Number == number {
			return section.Title
		}
	}
	return ""
}
