package spec

import (
	"fmt"
	"math"
	"slices"

	"gobahn/fuzzer"
)

// serverOptions reads the options of a fuzzing server into o.
func (r *reader) serverOptions(v value, o *fuzzer.Options) {
	r.object(v, level{
		noun:    "option",
		fields:  joined(r.commonFields(o), r.serverFields(o)),
		ignored: joined(because(r.clientFields(o), "it is for the mode fuzzingclient"), withoutEffect()),
	})
}

// clientOptions reads the options of a fuzzing client into o.
func (r *reader) clientOptions(v value, o *fuzzer.Options) {
	r.object(v, level{
		noun:    "option",
		fields:  joined(r.commonFields(o), r.clientFields(o)),
		ignored: joined(because(r.serverFields(o), "it is for the mode fuzzingserver"), withoutEffect()),
	})
}

// commonFields are the options of both modes.
func (r *reader) commonFields(o *fuzzer.Options) fields {
	return fields{
		"openHandshakeTimeout":  into(r.seconds, &o.OpenHandshakeTimeout),
		"closeHandshakeTimeout": into(r.seconds, &o.CloseHandshakeTimeout),
		"failByDrop":            into(r.boolean, &o.FailByDrop),
		"echoCloseCodeReason":   into(r.boolean, &o.EchoCloseCodeReason),
		"utf8validateIncoming":  into(r.boolean, &o.UTF8ValidateIncoming),
		"applyMask":             into(r.boolean, &o.ApplyMask),
		"maxFramePayloadSize":   into(r.size, &o.MaxFramePayloadSize),
		"maxMessagePayloadSize": into(r.size, &o.MaxMessagePayloadSize),
		"autoFragmentSize":      into(r.fragmentSize, &o.AutoFragmentSize),
		"autoPingInterval":      into(r.seconds, &o.AutoPingInterval),
		"autoPingTimeout":       into(r.seconds, &o.AutoPingTimeout),
		"tcpNoDelay":            into(r.boolean, &o.TCPNoDelay),
	}
}

// serverFields are the options of a fuzzing server alone.
func (r *reader) serverFields(o *fuzzer.Options) fields {
	return fields{
		"maskServerFrames":          into(r.boolean, &o.MaskServerFrames),
		"requireMaskedClientFrames": into(r.boolean, &o.RequireMaskedClientFrames),
		"versions":                  into(r.versions, &o.Versions),
		"allowedOrigins":            into(r.texts, &o.AllowedOrigins),
		"maxConnections":            into(r.limit, &o.MaxConnections),
		"webStatus":                 into(r.boolean, &o.WebStatus),
	}
}

// clientFields are the options of a fuzzing client alone.
func (r *reader) clientFields(o *fuzzer.Options) fields {
	return fields{
		"maskClientFrames":            into(r.boolean, &o.MaskClientFrames),
		"acceptMaskedServerFrames":    into(r.boolean, &o.AcceptMaskedServerFrames),
		"serverConnectionDropTimeout": into(r.seconds, &o.ServerConnectionDropTimeout),
		"version":                     into(r.version, &o.Version),
	}
}

// withoutEffect says why options of the reference have no effect here.
func withoutEffect() reasons {
	const (
		logged    = "reports have all octets and frames anyway"
		extension = "each case says what it offers and accepts"
		flash     = "there is no Flash any more"
		origins   = `"allowedOrigins" alone decides`
	)
	return reasons{
		"logOctets":                   logged,
		"logFrames":                   logged,
		"trackTimings":                "reports have the times anyway",
		"perMessageCompressionAccept": extension,
		"perMessageCompressionOffers": extension,
		"serveFlashSocketPolicy":      flash,
		"flashSocketPolicy":           flash,
		"allowNullOrigin":             origins,
		"trustXForwardedFor":          "a peer's address is where its connection comes from",
		"autoPingSize":                "automatic pings have all the same size",
		"autoPingRestartOnAnyTraffic": "automatic pings keep to their interval",
	}
}

// misplacedOptions is the reason why an option is none outside of "options".
func misplacedOptions() reasons {
	var r reader
	var o fuzzer.Options
	all := joined(r.commonFields(&o), joined(r.serverFields(&o), r.clientFields(&o)))
	return because(all, `it belongs in "options"`)
}

// because gives all fields one reason.
func because(f fields, reason string) reasons {
	all := reasons{}
	for name := range f {
		all[name] = reason
	}
	return all
}

// size reads a limit in octets.
func (r *reader) size(v value) (uint64, bool) {
	x, ok := r.whole(v, "octets", 0, math.MaxInt64)
	return uint64(x), ok
}

func (r *reader) fragmentSize(v value) (int, bool) {
	x, ok := r.whole(v, "octets", 0, math.MaxInt32)
	return int(x), ok
}

// limit reads a limit of connections.
func (r *reader) limit(v value) (int, bool) {
	x, ok := r.whole(v, "connections", 0, math.MaxInt32)
	return int(x), ok
}

// version reads a version of the specification. Some scripts give one that the
// reference does not know either.
func (r *reader) version(v value) (int, bool) {
	const oldest, newest = 10, 18
	x, ok := r.whole(v, "a version", 0, math.MaxInt32)
	if ok && (x < oldest || x > newest) {
		r.warn(v.at, "option %q has no effect: want a version of the specification from %d to %d, got %.0f", v.name, oldest, newest, x)
		return 0, false
	}
	return int(x), ok
}

// versions reads a list of versions of the protocol.
func (r *reader) versions(v value) (list []int, ok bool) {
	known := fuzzer.DefaultOptions().Versions
	for _, item := range r.items(v, "a list of numbers") {
		x, ok := r.whole(item, "a version", 0, math.MaxInt32)
		if !ok {
			return nil, false
		}
		if !slices.Contains(known, int(x)) {
			r.warn(item.at, "%q: there is no version %.0f of the protocol: want some of %s", v.name, x, fmt.Sprint(known))
			continue
		}
		list = append(list, int(x))
	}
	if len(list) == 0 {
		r.warn(v.at, "option %q has no effect: no version is left", v.name)
	}
	return list, len(list) > 0
}
