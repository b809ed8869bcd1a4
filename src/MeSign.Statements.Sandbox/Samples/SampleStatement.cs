namespace MeSign.Statements.Sandbox.Samples;

/// <summary>One account's month, as a statement shows it.</summary>
internal sealed record SampleStatement
{
    public required SamplePerson Holder { get; init; }

    /// <summary>Number of the statement in its year.</summary>
    public required int Number { get; init; }

    public required string Iban { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    public required DateOnly From { get; init; }

    public required DateOnly Until { get; init; }

    public required decimal Opening { get; init; }

    public required IReadOnlyList<StatementEntry> Entries { get; init; }

    public decimal Credits => Entries.Where(entry => entry.Amount > 0).Sum(entry => entry.Amount);

    public decimal Debits => Entries.Where(entry => entry.Amount < 0).Sum(entry => entry.Amount);

    public decimal Closing => Opening + Entries.Sum(entry => entry.Amount);

    /// <summary>A statement of 40 to 80 entries for a month; the same one for the same person, month and seed.</summary>
    public static SampleStatement Make(SamplePerson holder, DateOnly month, int seed)
    {
        var numbers = new SampleNumbers((ulong)seed);
        var first = new DateOnly(month.Year, month.Month, 1);
        var days = DateTime.DaysInMonth(month.Year, month.Month);
        var words = holder.Language;
        var entries = Enumerable.Range(0, numbers.Between(36, 76))
            .Select(_ => Everyday(numbers, words, first.AddDays(numbers.Below(days))))
            .Append(new StatementEntry(first.AddDays(numbers.Between(7, 11)), words.Salary, "Example Works, VS " + Digits(numbers, 8), Cents(numbers, 2_600, 4_900)))
            .Append(new StatementEntry(first.AddDays(14), words.Rent, NewIban(numbers), -Cents(numbers, 700, 1_400)))
            .Append(new StatementEntry(first.AddDays(days - 1), words.Fee, "", -4.90m))
            .OrderBy(entry => entry.Date)
            .ToList();
        return new SampleStatement
        {
            Holder = holder,
            Number = month.Month,
            Iban = NewIban(numbers),
            Currency = "EUR",
            From = first,
            Until = first.AddDays(days - 1),
            Opening = Cents(numbers, 500, 9_000),
            Entries = entries,
        };
    }

    private static StatementEntry Everyday(SampleNumbers numbers, SampleLanguage words, DateOnly date) => numbers.Below(10) switch
    {
        0 => new StatementEntry(date, words.Incoming, NewIban(numbers), Cents(numbers, 10, 400)),
        1 or 2 => new StatementEntry(date, words.Transfers, NewIban(numbers), -Cents(numbers, 15, 320)),
        _ => new StatementEntry(date, words.Cards, numbers.Of(words.Merchants) + ", **** " + Digits(numbers, 4), -Cents(numbers, 2, 95)),
    };

    private static decimal Cents(SampleNumbers numbers, int least, int most) => numbers.Between(least * 100, most * 100) / 100m;

    private static string Digits(SampleNumbers numbers, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + numbers.Below(10))));

    // ISO 13616: two check digits over country code and account number; no bank has the code 9999.
    private static string NewIban(SampleNumbers numbers)
    {
        var account = "9999" + Digits(numbers, 16);
        var remainder = 0;
        foreach (var digit in account + "123500")
            remainder = ((remainder * 10) + (digit - '0')) % 97;
        var plain = $"CZ{98 - remainder:00}{account}";
        return string.Join(' ', plain.Chunk(4).Select(group => new string(group)));
    }
}

/// <param name="Amount">Positive for money that comes in.</param>
internal sealed record StatementEntry(DateOnly Date, string Description, string Detail, decimal Amount);
