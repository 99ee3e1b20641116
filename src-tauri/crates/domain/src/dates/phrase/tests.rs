use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn read(words: &str) -> Result<DeadlineMeaning, PhraseError> {
    DeadlinePhrase::parse(words, day("2017-05-10")).map(|phrase| phrase.meaning)
}

fn due(words: &str, received_on: &str, before: BeforeDay) -> Due {
    let starts = Starts {
        issued_on: Some(day("2017-05-10")),
        received_on: Some(day(received_on)),
    };
    let phrase = DeadlinePhrase::parse(words, day("2017-05-10")).expect("a phrase");
    phrase
        .due(starts, before, WorkingCalendar::vietnam())
        .expect("in range")
}

fn on(date: &str) -> Due {
    Due::On(Reckoned {
        value: day(date),
        provisional_years: Vec::new(),
    })
}

#[test]
fn before_a_day_is_ambiguous_and_the_office_decides() {
    let date = day("2020-07-20");
    for words in [
        "trước ngày 20.7.2020",
        "Báo cáo UBND tỉnh trước ngày 20/7/2020.",
        "trước ngày 20 tháng 7 năm 2020",
        "trước 17h00 ngày 20/7/2020",
        "xong trước ngày 20 tháng 7/2020",
    ] {
        assert_eq!(read(words), Ok(DeadlineMeaning::Before { date }), "{words}");
    }
    let words = "trước ngày 20.7.2020";
    assert_eq!(due(words, "2017-05-10", BeforeDay::Included), on("2020-07-20"));
    assert_eq!(due(words, "2017-05-10", BeforeDay::Excluded), on("2020-07-19"));
}

#[test]
fn a_day_without_its_year_is_the_next_one() {
    let on_day = |date| Ok(DeadlineMeaning::On { date: day(date) });
    assert_eq!(read("chậm nhất ngày 30/6"), on_day("2017-06-30"));
    assert_eq!(read("hoàn thành ngày 30/6"), on_day("2017-06-30"));
    assert_eq!(read("chậm nhất ngày 15/01"), on_day("2018-01-15"));
    assert_eq!(read("10/5"), on_day("2017-05-10"));
    assert_eq!(read("30/06/2017"), on_day("2017-06-30"));
    let date = day("2017-08-20");
    assert_eq!(read("báo cáo trước ngày 20/8"), Ok(DeadlineMeaning::Before { date }));
    assert_eq!(
        read("theo Kế hoạch ngày 5/5/2017, chậm nhất ngày 30/6/2017"),
        on_day("2017-06-30")
    );
    assert_eq!(read("ngày 5/5/2017 và 6/6/2017"), Err(PhraseError::SeveralDates));
    assert!(matches!(read("trước ngày 31/6/2017"), Err(PhraseError::Date(_))));
}

#[test]
fn a_period_of_the_calendar_ends_on_its_last_day() {
    for (words, period, date) in [
        ("trong tháng 6/2017", Period::Month, "2017-06-30"),
        ("trong tháng 6 năm 2017", Period::Month, "2017-06-30"),
        ("trong tháng 02/2020", Period::Month, "2020-02-29"),
        ("trong tháng 3", Period::Month, "2018-03-31"),
        ("hoàn thành trong quý II/2017", Period::Quarter, "2017-06-30"),
        ("Quý IV năm 2017", Period::Quarter, "2017-12-31"),
        ("6 tháng đầu năm 2018", Period::HalfYear, "2018-06-30"),
        ("trong 6 tháng cuối năm", Period::HalfYear, "2017-12-31"),
        ("trong năm 2017", Period::Year, "2017-12-31"),
    ] {
        let date = day(date);
        assert_eq!(read(words), Ok(DeadlineMeaning::Within { period, date }), "{words}");
    }
    assert!(matches!(read("trong tháng 13/2017"), Err(PhraseError::Date(_))));
}

#[test]
fn a_counted_period_starts_on_the_day_after() {
    let (days, from) = (5, StartsFrom::Receipt);
    for words in [
        "trong 05 ngày làm việc kể từ ngày nhận",
        "trong thời hạn 05 (năm) ngày làm việc, kể từ ngày nhận được văn bản",
    ] {
        assert_eq!(read(words), Ok(DeadlineMeaning::WorkingDays { days, from }), "{words}");
    }
    let from = StartsFrom::Issue;
    assert_eq!(
        read("trong 15 ngày"),
        Ok(DeadlineMeaning::CalendarDays { days: 15, from })
    );
    assert_eq!(
        read("trong vòng 2 tuần"),
        Ok(DeadlineMeaning::CalendarDays { days: 14, from })
    );
    assert_eq!(read("trong 02 tháng"), Ok(DeadlineMeaning::Months { months: 2, from }));
    let from = StartsFrom::Date {
        date: day("2017-06-20"),
    };
    assert_eq!(
        read("10 ngày kể từ ngày 20/6/2017"),
        Ok(DeadlineMeaning::CalendarDays { days: 10, from })
    );
    let words = "trong 05 ngày làm việc kể từ ngày nhận";
    assert_eq!(due(words, "2017-06-23", BeforeDay::Included), on("2017-06-30"));
    // 10/5 and 17 days end on Saturday 27/5, so on Monday 29/5.
    assert_eq!(
        due("trong 17 ngày", "2017-06-23", BeforeDay::Included),
        on("2017-05-29")
    );
    assert_eq!(
        due("trong 02 tháng", "2017-06-23", BeforeDay::Included),
        on("2017-07-10")
    );
}

#[test]
fn an_unknown_start_is_awaited() {
    let phrase = DeadlinePhrase::parse("trong 3 ngày kể từ ngày nhận", day("2017-05-10")).expect("a phrase");
    let due = phrase.due(Starts::default(), BeforeDay::Included, WorkingCalendar::vietnam());
    assert_eq!(due, Ok(Due::AwaitsStart(StartsFrom::Receipt)));
}

#[test]
fn a_result_in_a_year_without_its_list_is_provisional() {
    let phrase = DeadlinePhrase::parse("trong 10 ngày làm việc", day("2026-12-25")).expect("a phrase");
    let starts = Starts {
        issued_on: Some(day("2026-12-25")),
        received_on: None,
    };
    let due = phrase.due(starts, BeforeDay::Included, WorkingCalendar::vietnam());
    assert!(matches!(due, Ok(Due::On(reckoned)) if reckoned.provisional_years == [2027]));
}

#[test]
fn recurring_and_open_deadlines() {
    let monthly = Recurrence {
        every: Period::Month,
        day: Some(20),
        before: true,
    };
    for words in [
        "hằng tháng trước ngày 20",
        "Định kỳ hàng tháng, trước ngày 20",
        "trước ngày 20 hằng tháng",
    ] {
        let recurrence = monthly;
        assert_eq!(read(words), Ok(DeadlineMeaning::Recurring { recurrence }), "{words}");
    }
    let next = |recurrence: Recurrence, after| recurrence.next_after(day(after), BeforeDay::Included);
    assert_eq!(next(monthly, "2017-05-19"), Ok(day("2017-05-20")));
    assert_eq!(next(monthly, "2017-05-20"), Ok(day("2017-06-20")));
    let last = Recurrence {
        day: Some(31),
        ..monthly
    };
    assert_eq!(next(last, "2017-06-10"), Ok(day("2017-06-30")));
    let quarterly = Recurrence {
        every: Period::Quarter,
        day: None,
        before: false,
    };
    assert_eq!(next(quarterly, "2017-06-30"), Ok(day("2017-09-30")));
    let weekly = Recurrence {
        every: Period::Week,
        ..quarterly
    };
    assert_eq!(next(weekly, "2017-06-22"), Ok(day("2017-06-23")));
    assert_eq!(next(weekly, "2017-06-23"), Ok(day("2017-06-30")));
    assert!(next(weekly, "+262142-12-31").is_err());
    assert_eq!(read("thường xuyên"), Ok(DeadlineMeaning::Standing));
    for words in ["không xác định thời hạn", "Không thời hạn", "", " - "] {
        assert_eq!(read(words), Ok(DeadlineMeaning::NoDeadline), "{words}");
    }
    assert_eq!(due("thường xuyên", "2017-06-23", BeforeDay::Included), Due::Never);
}

#[test]
fn keeps_the_words_and_refuses_what_it_cannot_read() {
    let phrase = DeadlinePhrase::parse(" Trước ngày  20.7.2020 ", day("2020-05-10")).expect("a phrase");
    assert_eq!(phrase.words, "Trước ngày 20.7.2020");
    assert_eq!(read("sớm nhất có thể"), Err(PhraseError::Unknown));
    assert_eq!(read("trong 99999 ngày"), Err(PhraseError::TooLong));
    assert_eq!(read(&"trước ".repeat(100)), Err(PhraseError::TooLong));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(words in "\\PC*|((trước|ngày|tháng|năm|quý|hằng|làm việc|nhận|[0-9]{1,7}|[0-9]{1,3}/[0-9]{1,5}|II) ){0,8}") {
        let starts = Starts { issued_on: Some(day("2017-05-10")), received_on: None };
        if let Ok(phrase) = DeadlinePhrase::parse(&words, day("2017-05-10")) {
            let _ = phrase.due(starts, BeforeDay::Excluded, WorkingCalendar::vietnam());
        }
        let _ = DeadlinePhrase::parse(&words, NaiveDate::MAX);
    }
}
