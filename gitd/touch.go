package gitd

import (
	"context"
	"time"
)

// touch is one use of a key.
type touch struct {
	fingerprint string
	at          time.Time
}

// touched records the use of a key without delaying the push. Under load it may be dropped.
func (s *Server) touched(fingerprint string) {
	select {
	case s.used <- touch{fingerprint, s.Clock()}:
	default:
	}
}

func (s *Server) touchKeys() {
	for {
		select {
		case t := <-s.used:
			ctx, cancel := context.WithTimeout(s.base, lookupTime)
			if err := s.Accounts.TouchKey(ctx, t.fingerprint, t.at); err != nil && ctx.Err() == nil {
				s.Logger.Warn("note a key's use", "error", err)
			}
			cancel()
		case <-s.base.Done():
			return
		}
	}
}
