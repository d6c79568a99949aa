package main

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// keepBusy computes on all cores until stop is called.
func keepBusy() (stop func()) {
	var done atomic.Bool
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for x := uint64(1); !done.Load(); {
				for range 1 << 16 {
					x = x*6364136223846793005 + 1442695040888963407
				}
				runtime.KeepAlive(x)
			}
		})
	}
	return func() {
		done.Store(true)
		wg.Wait()
	}
}
