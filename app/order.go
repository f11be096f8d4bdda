package app

import (
	"context"
	"encoding/json"
	"time"
)

// Order is a recording that a program has asked to be transcribed, and whose
// text it wants to be told when it is there.
type Order struct {
	ID       string
	Created  time.Time
	State    OrderState
	Request  json.RawMessage // what was asked for, as the one who takes orders writes it
	Sound    string          // file that holds the recording; "" once it is not needed any more
	Result   json.RawMessage // what is delivered; nil before that is known
	Attempts int             // at delivering it
	Log      []Delivery      // oldest first
}

// OrderState is how far an order has come.
type OrderState string

// The states of an order; the last two are ends.
const (
	OrderProcessing OrderState = "processing" // there is no result yet
	OrderDelivering OrderState = "delivering"
	OrderDelivered  OrderState = "delivered"
	OrderGivenUp    OrderState = "given up" // nobody took the result
)

// Delivery is one attempt at telling the one who ordered.
type Delivery struct {
	At     time.Time
	Status int    // HTTP's; 0 if there was no answer
	Err    string // why there was none; "" if there was one
}

// Orders keeps orders, so that they survive the program. Implemented by package
// store. Its methods are safe for concurrent use; each is one transaction.
type Orders interface {
	// AddOrder stores a new order, which is this program's.
	AddOrder(ctx context.Context, o Order) error
	// SaveOrder stores State, Sound, Result and Attempts of an order as they are now.
	SaveOrder(ctx context.Context, o Order) error
	// LogDelivery adds to an order's Log.
	LogDelivery(ctx context.Context, id string, d Delivery) error
	// Order returns one; ErrNotFound if there is none.
	Order(ctx context.Context, id string) (Order, error)
	// AdoptOrders makes this program the owner of all orders that have not ended
	// and whose owner is gone, and returns them, oldest first, without their
	// Log. Those that ended before a time are removed.
	AdoptOrders(ctx context.Context, endedBefore time.Time) ([]Order, error)
}
