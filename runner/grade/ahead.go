package grade

// placesAhead makes the place of the next case while one runs. A nil one makes none.
type placesAhead struct {
	made chan madePlace // closed after the last place
	stop chan struct{}  // closed when no more places are wanted
}

// madePlace is a place, or the error of making it.
type madePlace struct {
	place *place
	err   error
}

// makeAhead starts to make places that show the artefacts for n cases. It stays one place ahead of take.
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

// take returns the next place, or nil if all places were taken.
func (a *placesAhead) take() (*place, error) {
	if a == nil {
		return nil, nil
	}
	m := <-a.made
	return m.place, m.err
}

// end removes the place that was not taken. It returns once no more places are made.
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
