package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"gobahn/fuzzer/hostile"
)

// Whatever agents call themselves, each has its report, in files with safe names, and
// nothing of their names becomes markup, an escape sequence or a line of its own.
func TestHostileAgentsLeaveReportAndTerminalIntact(t *testing.T) {
	out := filepath.Join(t.TempDir(), "reports")
	server := start(t, "-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "-o", out, "--cases", "1.1.1")
	for _, agent := range hostile.Agents {
		converse(t, "127.0.0.1:"+server.port, "/runCase?case=1&agent="+url.QueryEscape(agent))
	}
	for _, agent := range hostile.Agents { // a stop would end what has not quite come to its end
		converse(t, "127.0.0.1:"+server.port, "/updateReports?agent="+url.QueryEscape(agent))
	}
	if got := server.stop(); got != exitOK {
		t.Fatalf("exit status %d, %s", got, server.stderr)
	}
	if diff := cmp.Diff(allOK(hostile.Agents), checkAgents(t, out)); diff != "" {
		t.Errorf("verdicts (-want +got)\n%s", diff)
	}
	mustBeLegible(t, server.stdout.String()+server.stderr.String())
}

// A certificate says for which names it is, and errors repeat them.
func TestHostileCertificateLeavesTerminalIntact(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"a\x1b[31m\nGate: passed"}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	url := "wss" + strings.TrimPrefix(server.URL, "https")
	status, stdout, stderr := once(t, "test-server", url, "--server-name", "localhost", "-o", t.TempDir(), "--cases", "1.1.1")
	if status != exitFailed || !strings.Contains(stderr, "Gate: passed") || strings.Contains(stdout+stderr, "\nGate: passed") {
		t.Errorf("exit status %d, printed\n%s%s", status, stdout, stderr)
	}
	mustBeLegible(t, stdout+stderr)
}

// mustBeLegible finds control characters in what was printed.
func mustBeLegible(t *testing.T, printed string) {
	t.Helper()
	for line := range strings.Lines(printed) {
		if slices.ContainsFunc([]rune(strings.TrimSuffix(line, "\n")), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("printed %q", line)
		}
	}
}
