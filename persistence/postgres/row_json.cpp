#include "persistence/postgres/row_json.hpp"

#include "actors/domain/tariff.hpp"
#include "persistence/json_writer.hpp"
#include "persistence/postgres/search_words.hpp"

namespace rentwave::postgres {
namespace {

/// An object, member by member; what is absent is left out.
class object {
 public:
  object(std::string& out, std::string_view of, std::string_view row) : out_(out), members_(out) {
    out_ += '{';
    add("of", of);
    add("row", row);
  }
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  ~object() { out_ += '}'; }

  template <class T>
  object& add(std::string_view name, const T& value) {
    if constexpr (json_form::is_optional<T>) {
      return value ? add(name, *value) : *this;
    } else {
      members_.next(name);
      if constexpr (std::is_same_v<T, instant>)
        json_form::append_number(out_, std::int64_t{value.time_since_epoch().count()});
      else if constexpr (std::is_convertible_v<T, std::string_view>)
        append_json_string(out_, value);
      else
        append_json(out_, value);
      return *this;
    }
  }

 private:
  std::string& out_;
  json_form::separator members_;
};

struct writer {
  std::string& out;

  object listing(std::string_view row) const { return {out, "listing", row}; }
  object booking(std::string_view row) const { return {out, "booking", row}; }
  object person(std::string_view row) const { return {out, "person", row}; }
  object review(std::string_view row) const { return {out, "review", row}; }

  // --- adverts ----------------------------------------------------------------------------------

  void operator()(const listing_row& row) const {
    const auto* book = std::get_if<book_details>(&row.content.item);
    auto o = listing("listing");
    o.add("id", row.id).add("owner", row.owner).add("active", row.active);
    o.add("revision", row.revision).add("times_rented", row.times_rented);
    o.add("added_at", row.added_at).add("price", price_per_day(row.content.terms.price));
    o.add("kind", row.content.kind()).add("content", to_json_text(row.content));
    o.add("words", words_vector(row.content));
    if (book) o.add("isbn", book->isbn);
    const auto where = coordinates_of(row.content);
    if (where) o.add("latitude", where->lat).add("longitude", where->lon);
    for (const auto what : {measure::seats, measure::boot_litres, measure::year, measure::guests,
                            measure::beds, measure::bathrooms})
      o.add(json_form::enum_name(what), measure_of(row.content, what));
  }
  void operator()(const listing_removed& row) const {
    listing("listing_removed").add("id", row.id);
  }
  void operator()(const listing_deactivated& row) const {
    listing("listing_deactivated").add("id", row.id).add("revision", row.revision);
  }
  void operator()(const listing_rented& row) const { listing("listing_rented").add("id", row.id); }

  // --- bookings ---------------------------------------------------------------------------------

  void operator()(const reservation_row& row) const {
    auto o = booking("reservation");
    o.add("rental", row.rental).add("listing", row.listing);
    o.add("starts_at", row.when.start).add("ends_at", row.when.end).add("out", row.out);
  }
  void operator()(const reservation_handed_over& row) const {
    booking("reservation_handed_over").add("rental", row.rental);
  }
  void operator()(const block_row& row) const {
    (*this)(reservation_row{row.listing, rental_id{row.id.value}, row.when});
  }
  void operator()(const block_removed& row) const {
    (*this)(reservation_released{rental_id{row.id.value}});
  }
  void operator()(const reservation_moved& row) const {
    booking("reservation_moved").add("rental", row.rental).add("ends_at", row.ends_at);
  }
  void operator()(const reservation_released& row) const {
    booking("reservation_released").add("rental", row.rental);
  }
  void operator()(const rental_row& row) const {
    auto o = booking("rental");
    o.add("id", row.id).add("listing", row.listing).add("renter", row.renter);
    o.add("owner", row.owner).add("title", row.title).add("kind", row.kind);
    o.add("status", row.status).add("starts_at", row.when.start).add("ends_at", row.when.end);
    o.add("rent", row.rent).add("deposit", row.deposit).add("late_fees", row.late_fees);
    o.add("requested_at", row.requested_at);
  }
  void operator()(const rental_changed& row) const {
    auto o = booking("rental_changed");
    o.add("id", row.id).add("status", row.status).add("owner", row.owner);
    o.add("title", row.title).add("kind", row.kind).add("ends_at", row.ends_at);
    o.add("rent", row.rent).add("deposit", row.deposit);
    o.add("further_rent", row.further_rent).add("further_late_fee", row.further_late_fee);
  }

  // --- reviews ----------------------------------------------------------------------------------

  void operator()(const listing_rated& row) const {
    auto o = review("listing_rated");
    o.add("id", row.id).add("stars", row.rating.stars).add("count", row.rating.count);
    o.add("rank", row.rating.rank());
  }
  void operator()(const review_row& row) const {
    auto o = review("review");
    o.add("rental", row.rental).add("side", row.by).add("author", row.author);
    o.add("about", row.about).add("listing", row.listing).add("rating", row.rating);
    o.add("text", row.text).add("time", row.at);
  }

  // --- photos -----------------------------------------------------------------------------------

  void operator()(const photo_row& row) const {
    object o{out, "photo", "photo"};
    o.add("listing", row.listing).add("version", row.version);
    o.add("photo", row.what.id).add("what", to_json_text(row.what));
  }
  void operator()(const photo_row_removed& row) const {
    object{out, "photo", "photo_removed"}.add("listing", row.listing).add("photo", row.photo);
  }

  // --- people -----------------------------------------------------------------------------------

  void operator()(const wallet_entry& row) const {
    auto o = person("wallet_entry");
    o.add("account", row.account).add("version", row.version).add("type", row.type);
    o.add("amount", row.amount).add("balance", row.balance).add("rental", row.rental);
    o.add("time", row.time);
  }
  void operator()(const notice_row& row) const {
    auto o = person("notice");
    o.add("account", row.account).add("cursor", row.cursor).add("type", row.what.type);
    o.add("time", row.what.time).add("text", row.what.text).add("listing", row.what.listing);
    o.add("rental", row.what.rental).add("isbn", row.what.isbn);
    o.add("alternatives", row.what.alternatives);
  }
  void operator()(const notices_cleared& row) const {
    object{out, "leaving", "notices_cleared"}.add("account", row.account);
  }
  void operator()(const session_row& row) const {
    person("session").add("id", row.id).add("account", row.account);
  }
  void operator()(const session_ended& row) const { person("session_ended").add("id", row.id); }
};

}  // namespace

void append_row_json(std::string& out, const row_change& change) {
  std::visit(writer{out}, change);
}

}  // namespace rentwave::postgres
