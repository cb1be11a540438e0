package grade

// placesAhead makes the place of the next case while one runs. Nil makes none.
type placesAhead struct {
	made chan madePlace // closed after the last
	stop chan struct{}  // closed when no more are wanted
}

// madePlace is a place, or why there is none.
type madePlace struct {
	place *place
	err   error
}

// makeAhead begins to make places that show the artefacts for n cases, one ahead of those that are taken.
func (r *trial) makeAhead(n int) *placesAhead {
	if n < 2 {
		return nil
	}
	a := &placesAhead{made: make(chan madePlace), stop: make(chan struct{})}
	go func() {
		defer close(a.made)
		for range n {
			if a.ended() {
				return
			}
			p, err := r.placeShowing(r.shown)
			select {
			case a.made <- madePlace{p, err}:
			case <-a.stop:
				if p != nil {
					p.remove()
				}
				return
			}
		}
	}()
	return a
}

// ended reports whether no more places are wanted.
func (a *placesAhead) ended() bool {
	select {
	case <-a.stop:
		return true
	default:
		return false
	}
}

// take returns the next place, nil when all that were wanted are taken.
func (a *placesAhead) take() (*place, error) {
	if a == nil {
		return nil, nil
	}
	m := <-a.made
	return m.place, m.err
}

// end removes the place that nobody took. It returns once no more is made.
func (a *placesAhead) end() {
	if a == nil {
		return
	}
	close(a.stop)
	for m := range a.made {
		if m.place != nil {
			m.place.remove()
		}
	}
}
