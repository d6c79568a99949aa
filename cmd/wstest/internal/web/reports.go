package web

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"gobahn/templates"
)

const (
	reportsPath = "/reports/"
	workingPath = "/cwd/" // of the working directory, with the reference
)

// contentTypes are those of what reports consist of. What else may be in their
// directory, such as a key where that is the working directory, is not served.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".json": "application/json",
	".xml":  "application/xml",

	".jsonl":  "application/jsonl",
	".md":     "text/markdown; charset=utf-8",
	".pcapng": "application/octet-stream",
	".svg":    "image/svg+xml",
	".tap":    "text/plain; charset=utf-8",
}

// reportPolicy is the one that reports also carry in themselves, where it cannot keep
// them out of frames.
var reportPolicy = templates.ReportPolicy + "; frame-ancestors 'none'"

// workingPrefix is where the reference serves the reports in dir; empty: nowhere, as
// they are not below the working directory.
func workingPrefix(dir string) string {
	working, err := os.Getwd()
	if err != nil {
		return ""
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	relative, err := filepath.Rel(working, absolute)
	if err != nil || !filepath.IsLocal(relative) {
		return ""
	}
	return path.Join(workingPath, filepath.ToSlash(relative)) + "/"
}

// below serves next below prefix, and nothing beside it.
func below(prefix string, next http.Handler) http.Handler {
	stripped := http.StripPrefix(prefix, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path+"/" == prefix {
			target := url.URL{Path: prefix}
			http.Redirect(w, r, target.String(), http.StatusTemporaryRedirect)
			return
		}
		stripped.ServeHTTP(w, r)
	})
}

// reports serves the files of reports in dir. A directory is its index.html.
func reports(dir string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path
		if name == "" || strings.HasSuffix(name, "/") {
			name += "index.html"
		}
		file, modified, err := openReport(dir, name)
		if err != nil {
			http.Error(w, "There is no such report. Reports are written when a client asks for it.", http.StatusNotFound)
			return
		}
		defer file.Close()
		w.Header().Set("Content-Security-Policy", reportPolicy)
		w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
		http.ServeContent(w, r, "", modified, file)
	})
}

// openReport opens a file that is below dir and may be part of a report, which hidden
// files are not, and says when it was written. The directory is opened anew, since it may have been replaced.
func openReport(dir, name string) (file *os.File, modified time.Time, err error) {
	if contentTypes[path.Ext(name)] == "" || strings.HasPrefix(name, ".") || strings.Contains(name, "/.") {
		return nil, time.Time{}, fs.ErrNotExist
	}
	local, err := filepath.Localize(name)
	if err != nil {
		return nil, time.Time{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer root.Close()
	info, err := root.Stat(local)
	if err != nil {
		return nil, time.Time{}, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its writer
		return nil, time.Time{}, fs.ErrInvalid
	}
	file, err = root.Open(local)
	return file, info.ModTime(), err
}
