package spec_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

func TestOptionsOfAServerAct(t *testing.T) {
	for text, change := range map[string]func(*fuzzer.Options){
		`{"openHandshakeTimeout": 12}`:                func(o *fuzzer.Options) { o.OpenHandshakeTimeout = 12 * time.Second },
		`{"openHandshakeTimeout": 0}`:                 func(o *fuzzer.Options) { o.OpenHandshakeTimeout = 0 },
		`{"openHandshakeTimeout": false}`:             func(o *fuzzer.Options) { o.OpenHandshakeTimeout = 0 },
		`{"openHandshakeTimeout": 1e-12}`:             func(o *fuzzer.Options) { o.OpenHandshakeTimeout = 1 },
		`{"openHandshakeTimeout": 1e9}`:               func(o *fuzzer.Options) { o.OpenHandshakeTimeout = 1e9 * time.Second },
		`{"openHandshakeTimeout": null}`:              func(*fuzzer.Options) {},
		`{"closeHandshakeTimeout": 0.25}`:             func(o *fuzzer.Options) { o.CloseHandshakeTimeout = 250 * time.Millisecond },
		`{"failByDrop": true}`:                        func(o *fuzzer.Options) { o.FailByDrop = true },
		`{"failByDrop": 1}`:                           func(o *fuzzer.Options) { o.FailByDrop = true },
		`{"echoCloseCodeReason": true}`:               func(o *fuzzer.Options) { o.EchoCloseCodeReason = true },
		`{"utf8validateIncoming": false}`:             func(o *fuzzer.Options) { o.UTF8ValidateIncoming = false },
		`{"utf8validateIncoming": 0}`:                 func(o *fuzzer.Options) { o.UTF8ValidateIncoming = false },
		`{"applyMask": false}`:                        func(o *fuzzer.Options) { o.ApplyMask = false },
		`{"maxFramePayloadSize": 65536}`:              func(o *fuzzer.Options) { o.MaxFramePayloadSize = 65536 },
		`{"maxFramePayloadSize": 1.5e3}`:              func(o *fuzzer.Options) { o.MaxFramePayloadSize = 1500 },
		`{"maxMessagePayloadSize": 9007199254740991}`: func(o *fuzzer.Options) { o.MaxMessagePayloadSize = 1<<53 - 1 },
		`{"autoFragmentSize": 1300}`:                  func(o *fuzzer.Options) { o.AutoFragmentSize = 1300 },
		`{"autoFragmentSize": 2147483647}`:            func(o *fuzzer.Options) { o.AutoFragmentSize = math.MaxInt32 },
		`{"autoPingInterval": 10}`:                    func(o *fuzzer.Options) { o.AutoPingInterval = 10 * time.Second },
		`{"autoPingTimeout": 3}`:                      func(o *fuzzer.Options) { o.AutoPingTimeout = 3 * time.Second },
		`{"tcpNoDelay": false}`:                       func(o *fuzzer.Options) { o.TCPNoDelay = false },
		`{"maskServerFrames": true}`:                  func(o *fuzzer.Options) { o.MaskServerFrames = true },
		`{"requireMaskedClientFrames": false}`:        func(o *fuzzer.Options) { o.RequireMaskedClientFrames = false },
		`{"versions": [13]}`:                          func(o *fuzzer.Options) { o.Versions = []int{13} },
		`{"allowedOrigins": ["*.example"]}`:           func(o *fuzzer.Options) { o.AllowedOrigins = []string{"*.example"} },
		`{"maxConnections": 7}`:                       func(o *fuzzer.Options) { o.MaxConnections = 7 },
		`{"webStatus": false}`:                        func(o *fuzzer.Options) { o.WebStatus = false },
	} {
		got := parseServer(t, `{"options": `+text+`}`).Options
		if diff := cmp.Diff(options(change), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestOptionsOfAClientAct(t *testing.T) {
	for text, change := range map[string]func(*fuzzer.Options){
		`{"openHandshakeTimeout": 12}`:          func(o *fuzzer.Options) { o.OpenHandshakeTimeout = 12 * time.Second },
		`{"maskClientFrames": false}`:           func(o *fuzzer.Options) { o.MaskClientFrames = false },
		`{"acceptMaskedServerFrames": true}`:    func(o *fuzzer.Options) { o.AcceptMaskedServerFrames = true },
		`{"serverConnectionDropTimeout": 0.75}`: func(o *fuzzer.Options) { o.ServerConnectionDropTimeout = 750 * time.Millisecond },
		`{"version": 10}`:                       func(o *fuzzer.Options) { o.Version = 10 },
		`{"version": 13}`:                       func(o *fuzzer.Options) { o.Version = 13 },
		`{"version": 18}`:                       func(o *fuzzer.Options) { o.Version = 18 },
	} {
		c := parseClient(t, `{"servers": [{"url": "ws://a", "options": `+text+`}]}`)
		if diff := cmp.Diff(options(change), c.Servers[0].Options); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// An option that warns does nothing else.
func TestOptionsWithoutEffectSayWhy(t *testing.T) {
	const logged = "reports have all octets and frames anyway"
	for text, want := range map[string]string{
		`{"logOctets": true}`:                   `s.json:1:13: option "logOctets" has no effect: ` + logged,
		`{"logFrames": "any"}`:                  `s.json:1:13: option "logFrames" has no effect: ` + logged,
		`{"trackTimings": true}`:                `s.json:1:13: option "trackTimings" has no effect: reports have the times anyway`,
		`{"perMessageCompressionAccept": null}`: `s.json:1:13: option "perMessageCompressionAccept" has no effect: each case says what it offers and accepts`,
		`{"perMessageCompressionOffers": []}`:   `s.json:1:13: option "perMessageCompressionOffers" has no effect: each case says what it offers and accepts`,
		`{"serveFlashSocketPolicy": true}`:      `s.json:1:13: option "serveFlashSocketPolicy" has no effect: there is no Flash any more`,
		`{"flashSocketPolicy": ""}`:             `s.json:1:13: option "flashSocketPolicy" has no effect: there is no Flash any more`,
		`{"trustXForwardedFor": 1}`:             `s.json:1:13: option "trustXForwardedFor" has no effect: a peer's address is where its connection comes from`,
		`{"allowNullOrigin": false}`:            `s.json:1:13: option "allowNullOrigin" has no effect: "allowedOrigins" alone decides`,
		`{"autoPingSize": 12}`:                  `s.json:1:13: option "autoPingSize" has no effect: automatic pings have all the same size`,
		`{"autoPingRestartOnAnyTraffic": true}`: `s.json:1:13: option "autoPingRestartOnAnyTraffic" has no effect: automatic pings keep to their interval`,
		`{"version": 18}`:                       `s.json:1:13: option "version" has no effect: it is for the mode fuzzingclient`,
		`{"maskClientFrames": []}`:              `s.json:1:13: option "maskClientFrames" has no effect: it is for the mode fuzzingclient`,
		`{"fail_by_drop": true}`:                `s.json:1:13: unknown option "fail_by_drop" (did you mean "failByDrop"?)`,
		`{"utf8ValidateIncoming": true}`:        `s.json:1:13: unknown option "utf8ValidateIncoming" (did you mean "utf8validateIncoming"?)`,
		`{"rtts": true}`:                        `s.json:1:13: unknown option "rtts"`,
		`{"failByDrop": "x", "failByDrop": 0}`:  `s.json:1:13: this "failByDrop" has no effect: there is another in line 1`,
		`{"versions": []}`:                      `s.json:1:25: option "versions" has no effect: no version is left`,
	} {
		s, warnings, err := spec.ParseServer("s.json", []byte(`{"options":`+text+`}`))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, joinWarnings(warnings)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		if diff := cmp.Diff(fuzzer.DefaultOptions(), s.Options); diff != "" {
			t.Errorf("%s changes options (-want +got):\n%s", text, diff)
		}
	}
}

func TestVersionsOfTheProtocolThatNobodyKnowsAreLeftOut(t *testing.T) {
	s, warnings, err := spec.ParseServer("s.json", []byte(`{"options": {"versions": [13, 18, 8]}}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = `s.json:1:31: "versions": there is no version 18 of the protocol: want some of [8 13]`
	if diff := cmp.Diff(want, joinWarnings(warnings)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{13, 8}, s.Options.Versions); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestVersionOfTheSpecificationThatNobodyKnowsIsLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		"9":  `c.json:1:27: option "version" has no effect: want a version of the specification from 10 to 18, got 9`,
		"19": `c.json:1:27: option "version" has no effect: want a version of the specification from 10 to 18, got 19`,
		"0":  `c.json:1:27: option "version" has no effect: want a version of the specification from 10 to 18, got 0`,
	} {
		c, warnings, err := spec.ParseClient("c.json", []byte(`{ "options": { "version": `+text+`}}`))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, joinWarnings(warnings)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		if got, want := c.Options.Version, fuzzer.DefaultOptions().Version; got != want {
			t.Errorf("%s makes it version %d, want %d", text, got, want)
		}
	}
}
