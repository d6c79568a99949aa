//go:build race

package fuzzer_test

const raceDetector = true
