package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzPath wants no path to lead to anything but the reports: neither beside their
// directory nor to what is in it and is no part of them.
func FuzzPath(f *testing.F) {
	top := f.TempDir()
	dir := filepath.Join(top, "reports")
	secret := []byte("the secret")
	for name, b := range map[string][]byte{
		"index.html": []byte("a report"), "sub/index.html": []byte("a report"), "key.pem": secret, ".hidden.json": secret,
		".git/x.json": secret, "../beside.json": secret, "../reports.json": secret,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			f.Fatal(err)
		}
	}
	if err := os.Symlink("../beside.json", filepath.Join(dir, "link.json")); err != nil {
		f.Log(err) // not everybody may
	}
	for _, seed := range []string{
		"/reports/", "/reports/sub/", "/reports/../beside.json", "/reports/%2e%2e/beside.json", "/reports/..%2fbeside.json", "/reports/key.pem",
		"/reports/link.json", "/cwd/../../beside.json", "/reports/.git/x.json", "/reports//etc/passwd", "/reports/index.html%00.json", "/?port=1x", "//a/b",
	} {
		f.Add(seed)
	}
	handler := Site{Product: "Gobahn/test", Port: 9001, Outdir: dir}.Handler()
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		for _, path := range []string{u.Path, "/reports/" + u.Path, workingPath + u.Path} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.URL = &url.URL{Path: path, RawQuery: u.RawQuery}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			h := w.Result().Header
			if bytes.Contains(w.Body.Bytes(), secret) || w.Code >= 500 {
				t.Fatalf("%q: status %d, %q", path, w.Code, w.Body)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") == "" {
				t.Errorf("%q: answered without the fields that protect its reader: %v", path, h)
			}
			if to := h.Get("Location"); to != "" && (to[0] != '/' || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
				t.Errorf("%q leads away, to %q", path, to)
			}
		}
	})
}
