#include "persistence/postgres/scripts.hpp"

namespace rentwave::postgres {

// write_row(r): one change of a read model, as row_json.cpp writes it. What is absent is NULL. A
// migration that changes these functions makes them again, as they are here; what it adds to the
// tables has to come first.
const char* const make_row_functions = R"(
CREATE OR REPLACE FUNCTION write_listing(r jsonb) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  CASE r ->> 'row'
  WHEN 'listing' THEN
    INSERT INTO listings (id, owner, active, revision, times_rented, added_at, price, kind, isbn,
                          content, words, latitude, longitude, seats, boot_litres, year,
                          guests, beds, bathrooms)
      VALUES ((r ->> 'id')::uuid, (r ->> 'owner')::uuid, (r ->> 'active')::boolean,
              (r ->> 'revision')::bigint, (r ->> 'times_rented')::bigint,
              (r ->> 'added_at')::bigint, (r ->> 'price')::bigint, r ->> 'kind', r ->> 'isbn',
              r ->> 'content', (r ->> 'words')::tsvector, (r ->> 'latitude')::float8,
              (r ->> 'longitude')::float8, (r ->> 'seats')::integer,
              (r ->> 'boot_litres')::integer, (r ->> 'year')::integer, (r ->> 'guests')::integer,
              (r ->> 'beds')::integer, (r ->> 'bathrooms')::integer)
      ON CONFLICT (id) DO UPDATE
        SET active = excluded.active, revision = excluded.revision, price = excluded.price,
            kind = excluded.kind, isbn = excluded.isbn, content = excluded.content,
            words = excluded.words, latitude = excluded.latitude,
            longitude = excluded.longitude, seats = excluded.seats,
            boot_litres = excluded.boot_litres, year = excluded.year, guests = excluded.guests,
            beds = excluded.beds, bathrooms = excluded.bathrooms;
  WHEN 'listing_removed' THEN
    DELETE FROM listings WHERE id = (r ->> 'id')::uuid;
    DELETE FROM reservations WHERE listing = (r ->> 'id')::uuid;
    DELETE FROM listing_photos WHERE listing = (r ->> 'id')::uuid;
  WHEN 'listing_deactivated' THEN
    UPDATE listings SET active = false, revision = (r ->> 'revision')::bigint
      WHERE id = (r ->> 'id')::uuid;
  WHEN 'listing_rented' THEN
    UPDATE listings SET times_rented = times_rented + 1 WHERE id = (r ->> 'id')::uuid;
  END CASE;
END $$;

CREATE OR REPLACE FUNCTION write_booking(r jsonb) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  CASE r ->> 'row'
  WHEN 'reservation' THEN
    INSERT INTO reservations (rental, listing, starts_at, ends_at, out)
      VALUES ((r ->> 'rental')::uuid, (r ->> 'listing')::uuid, (r ->> 'starts_at')::bigint,
              (r ->> 'ends_at')::bigint, coalesce((r ->> 'out')::boolean, false))
      ON CONFLICT (rental) DO UPDATE
        SET listing = excluded.listing, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
            out = excluded.out;
  WHEN 'reservation_handed_over' THEN
    UPDATE reservations SET out = true WHERE rental = (r ->> 'rental')::uuid;
  WHEN 'reservation_moved' THEN
    UPDATE reservations SET ends_at = (r ->> 'ends_at')::bigint
      WHERE rental = (r ->> 'rental')::uuid;
  WHEN 'reservation_released' THEN
    DELETE FROM reservations WHERE rental = (r ->> 'rental')::uuid;
  WHEN 'rental' THEN
    INSERT INTO rentals (id, listing, renter, owner, title, kind, status, starts_at, ends_at, rent,
                         deposit, late_fees, requested_at)
      VALUES ((r ->> 'id')::uuid, (r ->> 'listing')::uuid, (r ->> 'renter')::uuid,
              (r ->> 'owner')::uuid, r ->> 'title', r ->> 'kind', r ->> 'status',
              (r ->> 'starts_at')::bigint, (r ->> 'ends_at')::bigint, (r ->> 'rent')::bigint,
              (r ->> 'deposit')::bigint, (r ->> 'late_fees')::bigint,
              (r ->> 'requested_at')::bigint)
      ON CONFLICT (id) DO UPDATE
        SET listing = excluded.listing, renter = excluded.renter, owner = excluded.owner,
            title = excluded.title, kind = excluded.kind, status = excluded.status,
            starts_at = excluded.starts_at, ends_at = excluded.ends_at, rent = excluded.rent,
            deposit = excluded.deposit, late_fees = excluded.late_fees,
            requested_at = excluded.requested_at;
  WHEN 'rental_changed' THEN
    UPDATE rentals
      SET status = coalesce(r ->> 'status', status), owner = coalesce((r ->> 'owner')::uuid, owner),
          title = coalesce(r ->> 'title', title), kind = coalesce(r ->> 'kind', kind),
          ends_at = coalesce((r ->> 'ends_at')::bigint, ends_at),
          rent = coalesce((r ->> 'rent')::bigint, rent) + (r ->> 'further_rent')::bigint,
          deposit = coalesce((r ->> 'deposit')::bigint, deposit),
          late_fees = late_fees + (r ->> 'further_late_fee')::bigint
      WHERE id = (r ->> 'id')::uuid;
  END CASE;
END $$;

CREATE OR REPLACE FUNCTION write_persons_row(r jsonb) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  CASE r ->> 'row'
  WHEN 'wallet_entry' THEN
    INSERT INTO wallet_entries (account, version, type, amount, balance, rental, time)
      VALUES ((r ->> 'account')::uuid, (r ->> 'version')::bigint, r ->> 'type',
              (r ->> 'amount')::bigint, (r ->> 'balance')::bigint, (r ->> 'rental')::uuid,
              (r ->> 'time')::bigint)
      ON CONFLICT (account, version) DO UPDATE
        SET type = excluded.type, amount = excluded.amount, balance = excluded.balance,
            rental = excluded.rental, time = excluded.time;
  WHEN 'notice' THEN
    INSERT INTO notices (account, cursor, type, time, text, listing, rental, isbn, alternatives)
      VALUES ((r ->> 'account')::uuid, (r ->> 'cursor')::bigint, r ->> 'type',
              (r ->> 'time')::bigint, r ->> 'text', (r ->> 'listing')::uuid,
              (r ->> 'rental')::uuid, r ->> 'isbn', r ->> 'alternatives')
      ON CONFLICT (account, cursor) DO UPDATE
        SET type = excluded.type, time = excluded.time, text = excluded.text,
            listing = excluded.listing, rental = excluded.rental, isbn = excluded.isbn,
            alternatives = excluded.alternatives;
  WHEN 'session' THEN
    INSERT INTO sessions (id, account) VALUES ((r ->> 'id')::uuid, (r ->> 'account')::uuid)
      ON CONFLICT (id) DO UPDATE SET account = excluded.account;
  WHEN 'session_ended' THEN
    DELETE FROM sessions WHERE id = (r ->> 'id')::uuid;
  END CASE;
END $$;

CREATE OR REPLACE FUNCTION write_row(r jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CASE r ->> 'of'
  WHEN 'listing' THEN PERFORM write_listing(r);
  WHEN 'booking' THEN PERFORM write_booking(r);
  WHEN 'review' THEN PERFORM write_review(r);
  WHEN 'leaving' THEN PERFORM write_leaving(r);
  WHEN 'photo' THEN PERFORM write_photo(r);
  ELSE PERFORM write_persons_row(r);
  END CASE;
END $$;
)";

}  // namespace rentwave::postgres
