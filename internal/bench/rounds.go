package main

import (
	"context"
	"fmt"
	"time"
)

// rounds measures byHand and then a push of the directory work to each target, in turns. It returns the times of byHand.
// The first round warms the caches and is not counted.
func rounds(ctx context.Context, n int, targets []*target, work string, byHand func(round int) (time.Duration, error)) (sample, error) {
	var hand sample
	for round := range n + 1 {
		took, err := byHand(round)
		if err != nil {
			return nil, err
		}
		if round > 0 {
			hand = append(hand, took)
		}
		for _, t := range targets {
			if err := t.pushFiles(ctx, work, round > 0); err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	return hand, nil
}

// printPushes prints the measured pushes of each target. own prints the rows that only one measurement has.
func printPushes(ctx context.Context, targets []*target, hand sample, own func(s spans)) error {
	for _, t := range targets {
		s, err := t.spans(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		fmt.Printf(" %s\n", t.name)
		t.push.print("push until the verdict", hand)
		own(s)
		s.waited.print("  of which: receipt to start on a runner", nil)
	}
	return nil
}
