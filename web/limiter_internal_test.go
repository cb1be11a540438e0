package web

import (
	"strconv"
	"testing"
	"time"
)

func TestLimiterForgets(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 20, 12, 0, 0, 0, time.UTC)
	l := newLimiter()
	for range loginBurst {
		if _, ok := l.reserve("2001:db8::1", now); !ok {
			t.Fatal("refused within the burst")
		}
	}
	if _, ok := l.reserve("2001:db8::ffff:1", now); ok {
		t.Error("another address of the same network has tries of its own")
	}
	if _, ok := l.reserve("2001:db8::1", now.Add(loginInterval)); !ok {
		t.Error("no new try after a while")
	}
	for i := range 3 * limitedAddress {
		l.reserve("10."+strconv.Itoa(i>>16)+"."+strconv.Itoa(i>>8&255)+"."+strconv.Itoa(i&255), now)
	}
	if n := len(l.byAddress); n > limitedAddress {
		t.Errorf("%d addresses are remembered", n)
	}
}
