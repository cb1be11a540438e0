package grade

import (
	"testing"
	"time"
)

func TestGridOfTimes(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]time.Duration{
		0: time.Second, time.Millisecond: time.Second, time.Second: time.Second, time.Second + 1: 2 * time.Second,
		2 * time.Second: 2 * time.Second, 3 * time.Second: 4 * time.Second, 100 * time.Second: 128 * time.Second,
	} {
		if got := gridStep(took); got != want {
			t.Errorf("%v seems to take %v, want %v", took, got, want)
		}
	}
}
