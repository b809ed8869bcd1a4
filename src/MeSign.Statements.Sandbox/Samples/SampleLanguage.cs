using System.Globalization;

namespace MeSign.Statements.Sandbox.Samples;

/// <summary>The words, dates and amounts of a statement in one language.</summary>
internal sealed record SampleLanguage
{
    private const string NoBreakSpace = "\u00A0";

    public static SampleLanguage English { get; } = new()
    {
        Tag = "en-GB",
        Title = "Account statement",
        Period = "Period",
        StatementNumber = "Statement no.",
        Account = "Account (IBAN)",
        Bic = "BIC",
        Currency = "Currency",
        Opening = "Opening balance",
        Credits = "Total credits",
        Debits = "Total debits",
        Closing = "Closing balance",
        Date = "Date",
        Description = "Description",
        Amount = "Amount",
        Balance = "Balance",
        BroughtForward = "Brought forward",
        CarriedForward = "Carried forward",
        Page = "Page {0} of {1}",
        Sealed = "Electronically sealed by",
        Legal = "First Example Bank, 1 Sample Square, 602 00 Brno. A sample made for development: no such bank, account or person exists.",
        DateFormat = "dd/MM/yyyy",
        Numbers = new NumberFormatInfo { NumberGroupSeparator = ",", NumberDecimalSeparator = "." },
        Merchants = ["Green Grocer", "City Transport", "Riverside Pharmacy", "Corner Bakery", "Book & Paper", "Cinema Lumen", "Fuel Point 24", "Café Meridian", "Home & Garden", "Sports Hall"],
        Cards = "Card payment",
        Transfers = "Outgoing transfer",
        Incoming = "Incoming transfer",
        Salary = "Salary",
        Fee = "Account fee",
        Rent = "Standing order, rent",
    };

    public static SampleLanguage Czech { get; } = new()
    {
        Tag = "cs-CZ",
        Title = "Výpis z účtu",
        Period = "Období",
        StatementNumber = "Číslo výpisu",
        Account = "Účet (IBAN)",
        Bic = "BIC",
        Currency = "Měna",
        Opening = "Počáteční zůstatek",
        Credits = "Příjmy celkem",
        Debits = "Výdaje celkem",
        Closing = "Konečný zůstatek",
        Date = "Datum",
        Description = "Popis",
        Amount = "Částka",
        Balance = "Zůstatek",
        BroughtForward = "Převod z předchozí strany",
        CarriedForward = "Převod na další stranu",
        Page = "Strana {0} z {1}",
        Sealed = "Elektronicky zapečetila",
        Legal = "První ukázková banka, Ukázkové náměstí 1, 602 00 Brno. Ukázka pro vývoj: banka, účet ani osoba neexistují.",
        DateFormat = "d. M. yyyy",
        Numbers = new NumberFormatInfo { NumberGroupSeparator = NoBreakSpace, NumberDecimalSeparator = "," },
        Merchants = ["Zelinářství U Lípy", "Městská doprava", "Lékárna Na Nábřeží", "Pekařství Růžek", "Knihkupectví Šíp", "Kino Světozor", "Čerpací stanice Žďár", "Kavárna Poledník", "Dům a zahrada", "Sportovní hala Ťapka"],
        Cards = "Platba kartou",
        Transfers = "Odchozí platba",
        Incoming = "Příchozí platba",
        Salary = "Mzda",
        Fee = "Poplatek za vedení účtu",
        Rent = "Trvalý příkaz, nájemné",
    };

    /// <summary>BCP 47.</summary>
    public required string Tag { get; init; }

    public required string Title { get; init; }

    public required string Period { get; init; }

    public required string StatementNumber { get; init; }

    public required string Account { get; init; }

    public required string Bic { get; init; }

    public required string Currency { get; init; }

    public required string Opening { get; init; }

    public required string Credits { get; init; }

    public required string Debits { get; init; }

    public required string Closing { get; init; }

    public required string Date { get; init; }

    public required string Description { get; init; }

    public required string Amount { get; init; }

    public required string Balance { get; init; }

    public required string BroughtForward { get; init; }

    public required string CarriedForward { get; init; }

    /// <summary>With the page and the number of pages.</summary>
    public required string Page { get; init; }

    public required string Sealed { get; init; }

    public required string Legal { get; init; }

    public required string DateFormat { get; init; }

    public required NumberFormatInfo Numbers { get; init; }

    public required IReadOnlyList<string> Merchants { get; init; }

    public required string Cards { get; init; }

    public required string Transfers { get; init; }

    public required string Incoming { get; init; }

    public required string Salary { get; init; }

    public required string Fee { get; init; }

    public required string Rent { get; init; }

    public string Format(DateOnly date) => date.ToString(DateFormat, CultureInfo.InvariantCulture);

    public string Format(decimal amount) => amount.ToString("N2", Numbers);
}
