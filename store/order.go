package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"earshot/app"
)

var _ app.Orders = (*Store)(nil)

// AddOrder implements app.Orders.
func (s *Store) AddOrder(ctx context.Context, o app.Order) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO orders (id, created, changed, owner, state, request, sound, result, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.ID, o.Created.UnixMilli(), s.now().UnixMilli(), s.instance.name, o.State, string(o.Request), o.Sound, text(o.Result), o.Attempts)
		return err
	})
}

// SaveOrder implements app.Orders.
func (s *Store) SaveOrder(ctx context.Context, o app.Order) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `UPDATE orders SET changed = ?, state = ?, sound = ?, result = ?, attempts = ? WHERE id = ?`,
			s.now().UnixMilli(), o.State, o.Sound, text(o.Result), o.Attempts, o.ID))
	})
}

// LogDelivery implements app.Orders.
func (s *Store) LogDelivery(ctx context.Context, id string, d app.Delivery) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO deliveries (ordered, at, status, error) VALUES (?, ?, ?, ?)`,
			id, d.At.UnixMilli(), d.Status, d.Err)
		return err
	})
}

// Order implements app.Orders.
func (s *Store) Order(ctx context.Context, id string) (o app.Order, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		if o, err = scanOrder(tx.QueryRowContext(ctx, selectOrders+` WHERE id = ?`, id).Scan); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT at, status, error FROM deliveries WHERE ordered = ? ORDER BY id`, id)
		if err != nil {
			return err
		}
		o.Log, err = collect(rows, func(scan scanner) (d app.Delivery, err error) {
			var at int64
			err = scan(&at, &d.Status, &d.Err)
			d.At = time.UnixMilli(at)
			return d, err
		})
		return err
	})
	return o, err
}

// AdoptOrders implements app.Orders.
func (s *Store) AdoptOrders(ctx context.Context, endedBefore time.Time) (orders []app.Order, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM orders WHERE state IN (?, ?) AND changed < ?`,
			app.OrderDelivered, app.OrderGivenUp, endedBefore.UnixMilli())
		if err != nil {
			return err
		}
		owners, err := s.orderOwners(ctx, tx)
		if err != nil {
			return err
		}
		for _, owner := range owners {
			if s.instance.alive(owner) {
				continue
			}
			rows, err := tx.QueryContext(ctx, selectOrders+` WHERE owner = ? AND state IN (?, ?)`, owner, app.OrderProcessing, app.OrderDelivering)
			if err != nil {
				return err
			}
			left, err := collect(rows, scanOrder)
			if err != nil {
				return err
			}
			orders = append(orders, left...)
			if _, err := tx.ExecContext(ctx, `UPDATE orders SET owner = ? WHERE owner = ?`, s.instance.name, owner); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortStableFunc(orders, func(a, b app.Order) int { return a.Created.Compare(b.Created) })
	return orders, err
}

// orderOwners are the instances that have orders to carry out.
func (s *Store) orderOwners(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT owner FROM orders WHERE state IN (?, ?)`, app.OrderProcessing, app.OrderDelivering)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan scanner) (owner string, err error) {
		err = scan(&owner)
		return owner, err
	})
}

const selectOrders = `SELECT id, created, state, request, sound, result, attempts FROM orders`

func scanOrder(scan scanner) (o app.Order, err error) {
	var created int64
	var request string
	var result sql.NullString
	if err := scan(&o.ID, &created, &o.State, &request, &o.Sound, &result, &o.Attempts); err != nil {
		return app.Order{}, err
	}
	o.Created, o.Request = time.UnixMilli(created), json.RawMessage(request)
	if result.Valid {
		o.Result = json.RawMessage(result.String)
	}
	return o, nil
}

// text is JSON as it is stored; NULL for none.
func text(j json.RawMessage) sql.NullString {
	return sql.NullString{String: string(j), Valid: j != nil}
}
